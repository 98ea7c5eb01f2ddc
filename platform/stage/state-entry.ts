import type { StoredState } from '../store/state-store.ts';
import type { KeyedStage } from './keyed-stage.ts';

/** Stored bytes that this version of the stage cannot read. The partition rests: another version may be able to. */
export class StateUnreadable extends Error {
  override readonly name = 'StateUnreadable';
}

/** One key's state in memory, with the last input offset that it contains. Decoded when first read. */
export class StateEntry<State> {
  readonly key: string;
  /** -1 for a key without stored state. */
  offset: number;
  /** Encoded size, for the cache's bound. */
  sizeBytes: number;
  /** Set since it was last written to the store. */
  changed = false;
  #stored: Buffer | undefined;
  #decoded = false;
  #state: State | undefined;

  constructor(key: string, stored: StoredState | undefined) {
    this.key = key;
    this.offset = stored?.offset ?? -1;
    this.sizeBytes = stored?.bytes.length ?? 0;
    this.#stored = stored?.bytes;
  }

  /** @throws {@link StateUnreadable} */
  read(stage: KeyedStage<State>): State {
    if (!this.#decoded) {
      try {
        this.#state = stage.decodeState(this.#stored, this.key);
      } catch (cause) {
        throw new StateUnreadable('a stored state cannot be read by this version', { cause });
      }
      this.#stored = undefined;
      this.#decoded = true;
    }
    return this.#state as State;
  }

  write(state: State, offset: number): void {
    this.#state = state;
    this.#stored = undefined;
    this.#decoded = true;
    this.offset = offset;
    this.changed = true;
  }

  encode(stage: KeyedStage<State>): Buffer {
    const bytes = stage.encodeState(this.read(stage));
    this.sizeBytes = bytes.length;
    return bytes;
  }
}
