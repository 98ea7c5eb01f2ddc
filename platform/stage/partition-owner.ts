import type { StateCorrupt } from '../store/state-store.ts';
import type { StateCachePart } from './state-cache.ts';

/** What the snapshot topic has of the states under one ownership. */
export interface SnapshotProgress {
  /** Everything up to this input offset; -1 for nothing that is known of. */
  containedOffset: number;
  /** Where in the snapshot topic its marker stands; -1 for none. */
  markerPosition: number;
}

/** What this member knows under one fencing epoch. Dropped whenever there is any doubt about the store. */
export interface Ownership<State> {
  epoch: number;
  states: StateCachePart<State>;
  snapshot: SnapshotProgress;
  /** Found beside the work on batches; the next batch heals it. */
  corrupt?: StateCorrupt;
}

/** One partition in this member's hands, from its assignment to its revocation. */
export interface PartitionOwner<State> {
  readonly partition: number;
  readonly assignment: number;
  /** `undefined` until the store was asked, and again after every doubt. */
  ownership: Ownership<State> | undefined;
  /** The first input offset that the state does not contain. Meaningful under an ownership only. */
  nextOffset: number;
  /** Where reading was sent back to for records that are missing, or needed first, and how often in a row. */
  sought: { offset: number; times: number } | undefined;
  /** Rests in a row, without a record done in between. */
  rests: number;
  pausedFor: string | undefined;
  /** A step threw: the records before it are taken one at a time, so that they are not held back with it. */
  stepsSingly: boolean;
  lagRecords: number;
  /** Timestamp of the last record handled, or of the first one that waits. */
  reachedAtMs: number | undefined;
  /** Handler calls at work: more than one only while an earlier assignment's has not ended. */
  inHand: number;
  /** When the present one was taken up, or work on it last got on. */
  progressedAtMs: number;
  /** When the last of them ended; 0 before the first. */
  handledAtMs: number;
  /** A batch was finished; the broker commits it before it hands out the next one. */
  finishedBatch: boolean;
}

/** An owner that knows nothing of its partition yet. */
export function createPartitionOwner<State>(partition: number, assignment: number): PartitionOwner<State> {
  return {
    partition,
    assignment,
    ownership: undefined,
    nextOffset: 0,
    sought: undefined,
    rests: 0,
    pausedFor: undefined,
    stepsSingly: false,
    lagRecords: 0,
    reachedAtMs: undefined,
    inHand: 0,
    progressedAtMs: 0,
    handledAtMs: 0,
    finishedBatch: false,
  };
}

/** The work on a batch ends here: the partition may belong to somebody else, or the store does not know us any more. */
export class OwnershipEnded extends Error {
  override readonly name = 'OwnershipEnded';
  readonly how: 'stale' | 'fenced';

  constructor(how: 'stale' | 'fenced') {
    super(`ownership ended: ${how}`);
    this.how = how;
  }
}
