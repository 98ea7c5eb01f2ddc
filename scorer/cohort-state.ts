/** A tenant's cohort template, from the input offset on at which it was activated in this partition. */
export interface CohortActivation {
  offset: number;
  version: string;
}

/** The activations that may still matter, oldest first. */
export interface CohortState {
  activations: readonly CohortActivation[];
}

/**
 * So far back a subject's record may be judged again and meet the cohort of its time: after a crash that is the micro-batch that
 * was open, after a loss of the store with a damaged snapshot up to the interval of snapshots. A cohort is trained daily at most.
 */
export const cohortActivationsKept = 8;

/** The state after one more activation. */
export function activateCohort(state: CohortState, activation: CohortActivation): CohortState {
  return { activations: [...state.activations, activation].slice(-cohortActivationsKept) };
}

/**
 * The version that was active when the record at `offset` was first read; empty for none. A subject's record may be
 * replayed after the cohort's state has moved on; it must meet the cohort of its own time, or its verdict would get other
 * bytes.
 */
export function cohortVersionAt(state: CohortState, offset: number): string {
  let version = '';
  for (const activation of state.activations) {
    if (activation.offset < offset) version = activation.version;
  }
  return version;
}
