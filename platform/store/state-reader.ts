import type { StateScope, StateStore, StateWrite } from './state-store.ts';

/** One stored state, or that it cannot be read: `detail` says why and names no subject. */
export type ReadState = ({ kind: 'state' } & StateWrite) | { kind: 'corrupt'; key: string; detail: string };

/**
 * Looks at the states of a scope without owning it: for checks. Takes no fence and moves none, so what an owner writes
 * meanwhile may be seen or not. Rejects with `StoreUnavailable` as the store does. The state stores are readers too.
 */
export interface StateReader extends Pick<StateStore, 'appliedOffset'> {
  /** Every state of the scope, in no order; one that is written meanwhile may come twice. */
  states(scope: StateScope): AsyncIterable<ReadState>;
}
