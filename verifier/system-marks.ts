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
  /** Whether `inputs` are all partitions. */
  complete: boolean;
  /** Whether alerting had worked through the verdict at the position. */
  alerted(verdict: { partition: number; offset: number }): boolean;
  outputRecords: number;
}

/** The scope of the scorer's states of a partition. */
export function scorerScope(topic: string, partition: number): StateScope {
  return { stage: 'scorer', topic, partition };
}

/** Asks the broker and the store how far the system has come by now. */
export async function readMarks(options: VerifyOptions): Promise<SystemMarks> {
  const { broker, topics, groups, states, partitions, settled = false, alerts = true } = options;
  const alerting = alerts ? nextOffsets(await broker.committedOffsets(groups.alerting, topics.verdicts)) : new Map();
  const scorer = nextOffsets(await broker.committedOffsets(groups.scorer, topics.behaviour));
  const all = await broker.offsets(topics.behaviour);
  const inputs: InputMarks[] = [];
  for (const { partition, low, high } of all) {
    if (partitions !== undefined && !partitions.includes(partition)) continue;
    const appliedOffset = await states?.appliedOffset(scorerScope(topics.behaviour, partition));
    const committedOffset = scorer.get(partition) ?? -1;
    const done = Math.max(appliedOffset ?? -1, committedOffset - 1);
    const dueOffset = settled ? Number.POSITIVE_INFINITY : done;
    inputs.push({ partition, lowOffset: low, highOffset: high, appliedOffset, committedOffset, dueOffset });
  }
  const outputTopics = [...(alerts ? [topics.alerts] : []), topics.deadLetters, topics.verdicts];
  const lengths = await Promise.all(outputTopics.map((topic) => broker.offsets(topic)));
  return {
    inputs,
    complete: inputs.length === all.length,
    alerted: ({ partition, offset }) => settled || offset < (alerting.get(partition) ?? -1),
    outputRecords: lengths.flat().reduce((sum, { low, high }) => sum + high - low, 0),
  };
}

function nextOffsets(committed: readonly { partition: number; offset: number }[]): Map<number, number> {
  return new Map(committed.map(({ partition, offset }) => [partition, offset]));
}
