import type { StateScope } from '../platform/store/state-store.ts';
import type { FindingList } from './finding-list.ts';
import { readSnapshot } from './read-snapshot.ts';
import type { InitialStates } from './replayed-partition.ts';
import { readStoredStates, type StoredStates } from './stored-states.ts';
import type { InputMarks } from './system-marks.ts';
import type { VerifyOptions } from './verify-options.ts';

/** What one stage had kept of its states, by partition. */
export interface KeptStates {
  /** In the store; empty where that is not looked at. */
  stored: ReadonlyMap<number, StoredStates>;
  /** In the snapshot topic, for partitions whose oldest records are gone. */
  initial: ReadonlyMap<number, InitialStates>;
}

/**
 * Reads them for one stage, snapshots first: the store may then be ahead of them, never behind, unless it lost something.
 */
export async function readKeptStates(
  options: VerifyOptions,
  allMarks: readonly InputMarks[],
  scopeOf: (partition: number) => StateScope,
  findings: FindingList,
): Promise<KeptStates> {
  const { broker, states: reader, topics, settled = false, signal } = options;
  const stored = new Map<number, StoredStates>();
  const initial = new Map<number, InitialStates>();
  for (const [done, marks] of allMarks.entries()) {
    const { partition, lowOffset, highOffset } = marks;
    const scope = scopeOf(partition);
    options.onProgress?.('states', done, allMarks.length);
    if (lowOffset > 0) {
      const topic = topics.snapshots;
      const found = await readSnapshot({ broker, topic, scope, lowOffset, highOffset, findings, signal });
      if (found !== undefined) initial.set(partition, found);
    }
    if (reader !== null) stored.set(partition, await readStoredStates({ reader, scope, marks, settled, findings }));
  }
  return { stored, initial };
}
