import { createHash } from 'node:crypto';
import type { ConsumedRecord, OutgoingRecord } from '../../platform/broker/broker.ts';
import type { KeyedStage, StepOutcome } from '../../platform/stage/keyed-stage.ts';

/** What a key has been through: any lost, repeated or swapped record changes it for ever. */
export interface Tally {
  count: number;
  /** Digest over everything stepped so far. */
  chain: string;
}

export const inputTopic = 'in';
export const outputTopic = 'out';
export const deadLetterTopic = 'dead';
export const snapshotTopic = 'snapshots';
/** The key that every other one reads: written by its own records only. */
export const sharedKey = 'cohort';

export const startTally: Tally = { count: 0, chain: '' };

const keyText = (record: ConsumedRecord): string => record.key?.toString() ?? '';
const idOf = ({ partition, offset }: ConsumedRecord): string => `${partition}-${offset}`;

/** The arithmetic of the stage, apart from any engine: the reference of the tests uses it too. */
export function stepTally(record: ConsumedRecord, own: Tally, shared: Tally): { next: Tally; output: OutgoingRecord } {
  const key = keyText(record);
  const seen = `${own.chain}|${record.value?.toString()}|${key === sharedKey ? '' : shared.chain}`;
  const next = { count: own.count + 1, chain: createHash('sha256').update(seen).digest('hex').slice(0, 16) };
  const headers = { id: idOf(record) };
  return { next, output: { topic: outputTopic, key: record.key, value: Buffer.from(JSON.stringify(next)), headers } };
}

export interface CountingStageOptions {
  group?: string;
  /** Called before each step: for outages. */
  onStep?: (record: ConsumedRecord) => StepOutcome | undefined;
  /** Answers from a promise, as a stage with a slow dependency does. */
  slow?: boolean;
}

/**
 * Counts records per key. A value `bad` is refused by the step, `broken` already by `keysOf`, `quiet` leaves no trace in
 * the state.
 */
export function createCountingStage({
  group = 'counting',
  onStep,
  slow,
}: CountingStageOptions = {}): KeyedStage<Tally> {
  function step(record: ConsumedRecord, own: Tally, shared: Tally, set: (state: Tally) => void): StepOutcome {
    const interruption = onStep?.(record);
    if (interruption !== undefined) return interruption;
    const text = record.value?.toString();
    if (text === 'bad') return { kind: 'dead-letter', reason: 'bad-value', detail: 'as told' };
    const { next, output } = stepTally(record, own, shared);
    if (text !== 'quiet') set(next);
    return { kind: 'emit', records: [output] };
  }
  return {
    name: 'counting',
    group,
    inputTopic,
    keysOf(record) {
      if (record.value?.toString() === 'broken') return [];
      return keyText(record) === sharedKey ? [sharedKey] : [keyText(record), sharedKey];
    },
    decodeState: (bytes) => (bytes === undefined ? startTally : (JSON.parse(bytes.toString()) as Tally)),
    encodeState: (state) => Buffer.from(JSON.stringify(state)),
    step(record, states) {
      if (record.value?.toString() === 'broken') return { kind: 'dead-letter', reason: 'broken-record', detail: '' };
      const key = keyText(record);
      const outcome = step(record, states.get(key), states.get(sharedKey), (state) => states.set(key, state));
      return slow === true ? Promise.resolve(outcome) : outcome;
    },
    deadLetter: (record, reason, detail) => ({
      topic: deadLetterTopic,
      key: record.key,
      value: Buffer.from(`${reason}:${detail}`),
      headers: { id: idOf(record) },
    }),
  };
}

/** What each input record leads to when nothing ever fails: outputs by id, and the last state by key. */
export function replayReference(records: readonly ConsumedRecord[]) {
  const outputs = new Map<string, string>();
  const tallies = new Map<string, Tally>();
  for (const record of records) {
    const text = record.value?.toString();
    if (text === 'broken') outputs.set(idOf(record), 'dead broken-record:');
    else if (text === 'bad') outputs.set(idOf(record), 'dead bad-value:as told');
    else {
      const key = keyText(record);
      const stateKey = `${record.partition}/${key}`;
      const shared = tallies.get(`${record.partition}/${sharedKey}`) ?? startTally;
      const { next, output } = stepTally(record, tallies.get(stateKey) ?? startTally, shared);
      if (text !== 'quiet') tallies.set(stateKey, next);
      outputs.set(idOf(record), `out ${output.value?.toString()}`);
    }
  }
  return { outputs, tallies };
}
