import type { StateScope, StateStore, StateWrite } from '../../platform/store/state-store.ts';
import { StateCorrupt, StoreUnavailable } from '../../platform/store/state-store.ts';

/** A store whose faults a test chooses. */
export interface FaultyStateStore extends StateStore {
  /** While true every call fails, after having been executed or not. */
  away: boolean;
  /** How many of the next writes are stored before the rest of their call is cut off by {@link cut}. */
  writesUntilCut: number | undefined;
  /** What happens at a cut: throws. */
  cut: () => never;
  /** Awaited before each `apply`: for owners that fall asleep. */
  beforeApply: () => Promise<void>;
  /** Another store takes the place of the one behind: what was stored is gone. */
  replace(store: StateStore): void;
  /** Keys whose stored state is not what was written, until their scope is cleared. */
  corrupt: Set<string>;
  calls: { acquire: number; load: number; apply: number };
}

export function createFaultyStateStore(store: StateStore): FaultyStateStore {
  let inner = store;
  const applied = new Map<string, number>();
  const scopeName = (scope: StateScope): string => JSON.stringify(scope);
  const fail = (): void => {
    if (faulty.away) throw new StoreUnavailable('as told');
  };
  const failCorrupt = (keys: readonly string[]): void => {
    const bad = keys.find((key) => faulty.corrupt.has(key));
    if (bad !== undefined) throw new StateCorrupt(bad, 'as told');
  };
  const faulty: FaultyStateStore = {
    away: false,
    writesUntilCut: undefined,
    cut: () => {
      throw new StoreUnavailable('cut off');
    },
    beforeApply: () => Promise.resolve(),
    replace(other) {
      inner = other;
      applied.clear();
    },
    corrupt: new Set(),
    calls: { acquire: 0, load: 0, apply: 0 },
    async appliedOffset(scope) {
      fail();
      return await inner.appliedOffset(scope);
    },
    async acquire(scope) {
      faulty.calls.acquire += 1;
      fail();
      return await inner.acquire(scope);
    },
    async load(scope, epoch, keys) {
      faulty.calls.load += 1;
      fail();
      failCorrupt(keys);
      return await inner.load(scope, epoch, keys);
    },
    async apply(scope, epoch, writes: readonly StateWrite[], appliedOffset, appliedTimestampMs) {
      faulty.calls.apply += 1;
      await faulty.beforeApply();
      fail();
      const left = faulty.writesUntilCut;
      if (left !== undefined && writes.length > left) {
        faulty.writesUntilCut = undefined;
        await inner.apply(scope, epoch, writes.slice(0, left), applied.get(scopeName(scope)) ?? -1);
        faulty.cut();
      }
      const outcome = await inner.apply(scope, epoch, writes, appliedOffset, appliedTimestampMs);
      if (outcome.kind === 'applied' && appliedOffset !== undefined) applied.set(scopeName(scope), appliedOffset);
      return outcome;
    },
    async page(scope, epoch, afterOffset, bounds) {
      fail();
      const page = await inner.page(scope, epoch, afterOffset, bounds);
      if (page.kind === 'page') failCorrupt(page.states.map(({ key }) => key));
      return page;
    },
    async clear(scope, epoch) {
      fail();
      faulty.corrupt.clear();
      return await inner.clear(scope, epoch);
    },
  };
  return faulty;
}
