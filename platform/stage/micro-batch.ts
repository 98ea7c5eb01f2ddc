import type { ConsumedRecord, OutgoingRecord } from '../broker/broker.ts';
import { StateCorrupt, type StateWrite } from '../store/state-store.ts';
import type { KeyedStage, StateView, StepOutcome } from './keyed-stage.ts';
import { reasonToPause } from './reason-to-pause.ts';
import type { StateEntry } from './state-entry.ts';
import { StepDefect } from './step-defect.ts';

/** Consecutive records whose effects become durable together, with the state keys of each. */
export interface MicroBatch {
  records: ConsumedRecord[];
  keys: (readonly string[])[];
}

/** What closes a micro-batch. */
export interface MicroBatchBounds {
  maxRecords: number;
  maxBytes: number;
}

/**
 * Takes records from `start` on. A write to the store is atomic per chunk only, so after a crash some states of a
 * micro-batch may be newer than others. A record is stepped again only against its own first key's old state; a *second*
 * key that it reads must therefore not be written later in the same micro-batch: such a record begins the next one.
 */
export function chooseMicroBatch<State>(
  stage: KeyedStage<State>,
  records: readonly ConsumedRecord[],
  start: number,
  { maxRecords, maxBytes }: MicroBatchBounds,
): MicroBatch {
  const chosen: MicroBatch = { records: [], keys: [] };
  const onlyRead = new Set<string>();
  let bytes = 0;
  for (let i = start; i < records.length && chosen.records.length < maxRecords; i++) {
    const record = records[i] as ConsumedRecord;
    const keys = stage.keysOf(record);
    bytes += record.value?.length ?? 0;
    if (i > start && (bytes > maxBytes || (keys[0] !== undefined && onlyRead.has(keys[0])))) break;
    for (let k = 1; k < keys.length; k++) onlyRead.add(keys[k] as string);
    chosen.records.push(record);
    chosen.keys.push(keys);
  }
  return chosen;
}

/** What stepping a micro-batch gave. */
export interface SteppedMicroBatch {
  /** Records stepped or skipped; the first of the others is where to go on. */
  count: number;
  outputs: OutgoingRecord[];
  emitted: number;
  /** Contained in the state already. */
  skipped: number;
  /** Reasons, one per record set aside. */
  deadLetters: string[];
  /** Dependency that the record after the counted ones could not do without. */
  blockedBy?: string;
}

/** The one view that all records of a micro-batch share: it is pointed at one record after the other. */
class RecordStates<State> implements StateView<State> {
  readonly #stage: KeyedStage<State>;
  readonly #entries: ReadonlyMap<string, StateEntry<State>>;
  #keys: readonly string[] = [];
  #pending: State | undefined;
  hasPending = false;

  constructor(stage: KeyedStage<State>, entries: ReadonlyMap<string, StateEntry<State>>) {
    this.#stage = stage;
    this.#entries = entries;
  }

  pointAt(keys: readonly string[]): void {
    this.#keys = keys;
    this.#pending = undefined;
    this.hasPending = false;
  }

  get(key: string): State {
    if (this.hasPending && key === this.#keys[0]) return this.#pending as State;
    const entry = this.#keys.includes(key) ? this.#entries.get(key) : undefined;
    if (entry === undefined) throw new Error(`${this.#stage.name} read a state that keysOf did not name`);
    return entry.read(this.#stage);
  }

  set(key: string, state: State): void {
    if (key !== this.#keys[0]) throw new Error(`${this.#stage.name} set a state that is not its record's first key`);
    this.#pending = state;
    this.hasPending = true;
  }

  /** Makes what was set the entry's state. */
  settle(entry: StateEntry<State>, offset: number): void {
    if (this.hasPending) entry.write(this.#pending as State, offset);
  }
}

/**
 * Steps the records in the order of their offsets until all are done, one is blocked, or `mayGoOn` says to stop.
 * `entries` holds every state that `keysOf` named, and is changed. Rejects with {@link StepDefect} where a step throws: what
 * was stepped before is then worth nothing.
 */
export async function stepMicroBatch<State>(
  stage: KeyedStage<State>,
  { records, keys }: MicroBatch,
  entries: ReadonlyMap<string, StateEntry<State>>,
  mayGoOn: () => boolean,
): Promise<SteppedMicroBatch> {
  const stepped: SteppedMicroBatch = { count: 0, outputs: [], emitted: 0, skipped: 0, deadLetters: [] };
  const states = new RecordStates(stage, entries);
  for (; stepped.count < records.length; stepped.count++) {
    if (stepped.count > 0 && !mayGoOn()) break;
    const record = records[stepped.count] as ConsumedRecord;
    const recordKeys = keys[stepped.count] as readonly string[];
    const entry = recordKeys[0] === undefined ? undefined : entries.get(recordKeys[0]);
    if (entry !== undefined && record.offset <= entry.offset) {
      stepped.skipped += 1;
      continue;
    }
    states.pointAt(recordKeys);
    let outcome: StepOutcome;
    try {
      const made = stage.step(record, states);
      outcome = 'kind' in made ? made : await made; // most stages step without waiting
    } catch (error) {
      // What is known of the store, the broker or a stored state is no defect of the step.
      if (error instanceof StateCorrupt || reasonToPause(error) !== undefined) throw error;
      throw new StepDefect(record.offset, error);
    }
    if (outcome.kind === 'unavailable') {
      stepped.blockedBy = outcome.dependency;
      break;
    }
    if (outcome.kind === 'dead-letter') {
      stepped.deadLetters.push(outcome.reason);
      stepped.outputs.push(stage.deadLetter(record, outcome.reason, outcome.detail));
      continue;
    }
    for (const output of outcome.records) stepped.outputs.push(output);
    stepped.emitted += 1;
    if (entry !== undefined) states.settle(entry, record.offset);
  }
  return stepped;
}

/** The states that the micro-batch changed, encoded once each. */
export function changedStates<State>(
  stage: KeyedStage<State>,
  entries: ReadonlyMap<string, StateEntry<State>>,
): StateWrite[] {
  const writes: StateWrite[] = [];
  for (const entry of entries.values()) {
    if (entry.changed) writes.push({ key: entry.key, offset: entry.offset, bytes: entry.encode(stage) });
  }
  return writes;
}
