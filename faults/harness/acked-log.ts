import type { RecordPosition } from '../../platform/broker/broker.ts';

/** A batch that somebody was told is recorded. */
export interface AckedBatch {
  /** Device and sequence, see {@link batchName}. */
  name: string;
  device: string;
  session: string;
  sequence: number;
  /** `undefined` where a gateway acknowledged it, which does not tell. */
  position: RecordPosition | undefined;
  atMs: number;
}

/** Everything that was acknowledged in a run, oldest first. */
export interface AckedLog {
  add(batch: AckedBatch): void;
  all(): readonly AckedBatch[];
  /** The first batch acknowledged after `atMs` in each of its partitions, or of each device where those are not known. */
  firstAfter(atMs: number, partitions?: ReadonlySet<number>): AckedBatch[];
  /** Longest time without an acknowledgement between a moment and the last one so far, ms. @throws where none came after it */
  longestSilenceMs(sinceMs: number): number;
}

/** What a batch is called in a run. A device is one subject's here, so that this names a verdict's batch as well. */
export function batchName({ device, sequence }: { device: string; sequence: number }): string {
  return `${device}:${sequence}`;
}

/** Holds at most `maxBatches`. */
export function createAckedLog(maxBatches = 1_000_000): AckedLog {
  const batches: AckedBatch[] = [];
  return {
    add(batch) {
      if (batches.length >= maxBatches) throw new RangeError(`a run has at most ${maxBatches} batches (maxBatches)`);
      batches.push(batch);
    },
    all: () => batches,
    firstAfter(atMs, partitions) {
      const first = new Map<string, AckedBatch>();
      for (const batch of batches) {
        if (batch.atMs <= atMs) continue;
        const { position, device } = batch;
        if (partitions !== undefined && (position === undefined || !partitions.has(position.partition))) continue;
        const group = position === undefined ? device : String(position.partition);
        if (!first.has(group)) first.set(group, batch);
      }
      return [...first.values()];
    },
    longestSilenceMs(sinceMs) {
      const after = batches.map(({ atMs }) => atMs).filter((atMs) => atMs > sinceMs);
      if (after.length === 0) throw new RangeError('nothing was acknowledged since, so how long it took is not known');
      return Math.max(...after.map((atMs, index) => atMs - (after[index - 1] ?? sinceMs)));
    },
  };
}
