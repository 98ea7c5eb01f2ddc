import { alertingGroupOf } from '../alerting/stage-groups.ts';
import type { StateScope } from '../platform/store/state-store.ts';
import type { VerifyOptions } from './verify-options.ts';

/** How far the system had come in one partition of the input log, before anything else was looked at. */
export interface InputMarks {
  partition: number;
  lowOffset: number;
  highOffset: number;
  /** The last offset that the states contain; `undefined` where the store holds none, or is not looked at. */
  appliedOffset: number | undefined;
  /** The scorers' next offset; -1 for none. */
  committedOffset: number;
  /** Everything up to here must have come out, and must be contained in the states. */
  dueOffset: number;
}

/** How far the system had come. */
export interface SystemMarks {
  inputs: readonly InputMarks[];
  /** The same of the stage that makes incidents, in the verdict topic; empty where alerts are left out. */
  verdicts: readonly InputMarks[];
  /** The same of publishing, in the incident topic; empty as well. */
  incidents: readonly InputMarks[];
  /** Whether `inputs` are all partitions. */
  complete: boolean;
  /** Whether that stage had worked through the verdict at the position. */
  alerted(verdict: { partition: number; offset: number }): boolean;
  /** The oldest offset that each partition of the incident topic keeps; empty where alerts are left out. */
  incidentLows: readonly number[];
  /** The same of the topic of ECS alerts. */
  alertLows: readonly number[];
  /** How many partitions the verdict topic has. */
  verdictPartitions: number;
  outputRecords: number;
}

/** The scope of the scorer's states of a partition. */
export function scorerScope(topic: string, partition: number): StateScope {
  return { stage: 'scorer', topic, partition };
}

/** The scope of the states of subjects' incidents of a partition. */
export function alertingScope(topic: string, partition: number): StateScope {
  return { stage: 'alerting', topic, partition };
}

/** The scope of publishing's states of a partition. */
export function publishingScope(topic: string, partition: number): StateScope {
  return { stage: 'alerting-publishing', topic, partition };
}

/** Asks the broker and the store how far the system has come by now. */
export async function readMarks(options: VerifyOptions): Promise<SystemMarks> {
  const { broker, topics, groups, states, partitions, settled = false, alerts = true } = options;
  const alerting: ReadonlyMap<number, number> = alerts
    ? nextOffsets(await broker.committedOffsets(groups.alerting, topics.verdicts))
    : new Map();
  async function marksOf(scopeOf: typeof scorerScope, topic: string, committed: ReadonlyMap<number, number>) {
    const marks: InputMarks[] = [];
    for (const { partition, low, high } of await broker.offsets(topic)) {
      if (partitions !== undefined && !partitions.includes(partition)) continue;
      const appliedOffset = await states?.appliedOffset(scopeOf(topic, partition));
      const committedOffset = committed.get(partition) ?? -1;
      const done = Math.max(appliedOffset ?? -1, committedOffset - 1);
      const dueOffset = settled ? Number.POSITIVE_INFINITY : done;
      marks.push({ partition, lowOffset: low, highOffset: high, appliedOffset, committedOffset, dueOffset });
    }
    return marks;
  }
  const publishing = alertingGroupOf(groups.alerting, 'publishing');
  const incidents = alerts
    ? await marksOf(
        publishingScope,
        topics.incidents,
        nextOffsets(await broker.committedOffsets(publishing, topics.incidents)),
      )
    : [];
  const verdicts = alerts ? await marksOf(alertingScope, topics.verdicts, alerting) : [];
  const scorer = nextOffsets(await broker.committedOffsets(groups.scorer, topics.behaviour));
  const all = await broker.offsets(topics.behaviour);
  const inputs = await marksOf(scorerScope, topics.behaviour, scorer);
  const ofAlerting = alerts ? [topics.incidents, topics.alerts] : [];
  const outputTopics = [...ofAlerting, topics.deadLetters, topics.verdicts];
  const lengths = await Promise.all(outputTopics.map((topic) => broker.offsets(topic)));
  return {
    inputs,
    verdicts,
    incidents,
    complete: inputs.length === all.length,
    alerted: ({ partition, offset }) => settled || offset < (alerting.get(partition) ?? -1),
    incidentLows: alerts ? lowsOf(lengths[0] ?? []) : [],
    alertLows: alerts ? lowsOf(lengths[1] ?? []) : [],
    verdictPartitions: lengths.at(-1)?.length ?? 0,
    outputRecords: lengths.flat().reduce((sum, { low, high }) => sum + high - low, 0),
  };
}

function nextOffsets(committed: readonly { partition: number; offset: number }[]): Map<number, number> {
  return new Map(committed.map(({ partition, offset }) => [partition, offset]));
}

function lowsOf(offsets: readonly { partition: number; low: number }[]): number[] {
  return offsets.toSorted((a, b) => a.partition - b.partition).map(({ low }) => low);
}
