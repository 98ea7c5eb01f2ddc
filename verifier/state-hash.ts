import { createHash } from 'node:crypto';
import { type ReplayedPartition, storedBytesOf } from './replayed-partition.ts';

/**
 * SHA-256 over the recomputed states, by partition and key: two runs over the same log have the same one. `null` where some
 * could not be recomputed.
 */
export function stateHashOf(partitions: ReadonlyMap<number, ReplayedPartition>): string | null {
  const hash = createHash('sha256');
  for (const [partition, replayed] of [...partitions].sort(([one], [other]) => one - other)) {
    if (!replayed.fromStart) return null;
    const written = [...replayed.all()].filter(({ offset }) => offset >= 0);
    for (const state of written.sort((one, other) => (one.key < other.key ? -1 : 1))) {
      if (!state.known) return null;
      const bytes = storedBytesOf(state);
      hash.update(`${partition} ${state.offset} ${bytes.length} ${state.key}\n`).update(bytes);
    }
  }
  return hash.digest('hex');
}
