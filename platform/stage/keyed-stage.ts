import type { ConsumedRecord, OutgoingRecord } from '../broker/broker.ts';

/**
 * The states that one record may see. Reading a key that `keysOf` did not name is a defect and throws.
 * A state may be changed in place only by a step that then sets it and emits.
 */
export interface StateView<State> {
  get(key: string): State;
  /** Only the first key may be set. Without it the record leaves no trace in the state. */
  set(key: string, state: State): void;
}

/**
 * What a step made of one record.
 * - `emit`: outputs, produced before the state is stored.
 * - `dead-letter`: the record is set aside with its reason, a code that is a metric label; no state changes.
 * - `unavailable`: a dependency is away; the partition rests and the record is tried again. Nothing is made up.
 */
export type StepOutcome =
  | { kind: 'emit'; records: OutgoingRecord[] }
  | { kind: 'dead-letter'; reason: string; detail: string }
  | { kind: 'unavailable'; dependency: string };

/**
 * A stage that turns the records of one topic into records of others, with state per key: produce, then fenced
 * compare-and-set of the state, then `applied`, then commit. `step` is a function of (state, record) alone, so a replay
 * writes the same bytes; a record at or below the offset of its first key's state has been stepped before and is skipped.
 */
export interface KeyedStage<State> {
  name: string;
  group: string;
  inputTopic: string;
  /**
   * State keys the record may touch; the first is the one it writes. Empty: a dead letter without state. A record may be stepped
   * again after the others have moved on: what a step takes from them must be what they said at the record's own offset.
   */
  keysOf(record: ConsumedRecord): readonly string[];
  /** `bytes` is `undefined` for a key seen for the first time. Throws only for bytes that this version cannot read. */
  decodeState(bytes: Buffer | undefined, key: string): State;
  encodeState(state: State): Buffer;
  step(record: ConsumedRecord, states: StateView<State>): StepOutcome | Promise<StepOutcome>;
  /** The dead letter of a refused record. */
  deadLetter(record: ConsumedRecord, reason: string, detail: string): OutgoingRecord;
}
