import type { Broker, ConsumedRecord } from '../../platform/broker/broker.ts';
import type { StateReader } from '../../platform/store/state-reader.ts';
import type { StateScope } from '../../platform/store/state-store.ts';
import type { VerifyOptions } from '../../verifier/verify-options.ts';
import type { VerifyReport } from '../../verifier/verify-report.ts';
import { verifyRun } from '../../verifier/verify-run.ts';
import {
  groups,
  hourlyLimit,
  type KeptStates,
  type RunRecords,
  topics,
  withAlertingAnew,
  withPublishingAnew,
} from './true-run.ts';

/** Offsets of the groups' members; by default everything is done. */
export interface Committed {
  committed?: (group: string, topic: string, partition: number, high: number) => number;
}

/** Verifies what a run left behind, as it stands. */
export async function verifyRecords(
  given: RunRecords,
  { committed, ...options }: Partial<VerifyOptions> & Committed = {},
): Promise<VerifyReport> {
  const run = await whole(given);
  const broker = brokerOver(run, committed);
  return await verifyRun({
    ...{ broker, topics, groups, states: readerOver(run), templates: run.templates, settled: true },
    alertHourlyLimit: hourlyLimit,
    ...options,
  });
}

async function whole(run: RunRecords): Promise<RunRecords> {
  if (run.alertingStates === undefined) return await withAlertingAnew(run);
  return run.publishingStates === undefined ? await withPublishingAnew(run) : run;
}

/** What must be said of a report that accuses nobody, or exactly so: counts by kind. */
export function findingsByKind({ findings }: VerifyReport): Record<string, number> {
  const kinds: Record<string, number> = {};
  for (const { kind } of findings) kinds[kind] = (kinds[kind] ?? 0) + 1;
  return kinds;
}

function brokerOver(
  { logs, partitions }: RunRecords,
  committed: Committed['committed'],
): Pick<Broker, 'read' | 'offsets' | 'committedOffsets'> {
  const logOf = (topic: string): ConsumedRecord[] => {
    const name = Object.entries(topics).find(([, each]) => each === topic)?.[0] as keyof typeof logs;
    return logs[name];
  };
  const offsets = (topic: string) =>
    Array.from({ length: partitions }, (_, partition) => {
      const own = logOf(topic).filter((record) => record.partition === partition);
      return { partition, low: own[0]?.offset ?? 0, high: (own.at(-1)?.offset ?? -1) + 1 };
    });
  return {
    offsets: async (topic) => offsets(topic),
    committedOffsets: async (group, topic) =>
      offsets(topic).map(({ partition, high }) => ({
        partition,
        offset: committed?.(group, topic, partition, high) ?? high,
      })),
    read: async function* ({ topic, partition }) {
      yield* logOf(topic).filter((record) => partition === undefined || record.partition === partition);
    },
  };
}

function readerOver({ states, alertingStates = [], publishingStates = [] }: RunRecords): StateReader {
  const ofStage: Record<string, KeptStates[]> = {
    scorer: states,
    alerting: alertingStates,
    'alerting-publishing': publishingStates,
  };
  const keptIn = ({ stage, partition }: StateScope): KeptStates | undefined => ofStage[stage]?.[partition];
  return {
    appliedOffset: async (scope) => keptIn(scope)?.applied,
    states: async function* (scope) {
      for (const state of keptIn(scope)?.states ?? []) yield { kind: 'state', ...state };
    },
  };
}
