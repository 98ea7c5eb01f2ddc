import type { Fold } from './fold-plan.ts';
import type { RowHistory } from './model-fitting.ts';

/** Fewer people than this are not a crowd: their pooled template would describe, and give away, the few. */
export const minimumCohortSubjects = 8;
/** The newest windows that one account may bring, so that nobody outweighs the others. */
export const maxCohortRowsPerSubject = 24;
/** Accounts that are pooled; of more, every n-th. */
export const maxCohortSubjects = 128;
/** Groups of accounts left out in turn. */
const cohortFolds = 4;

export type CohortOutcome = { ok: true; history: RowHistory } | { ok: false; had: number; needed: number };

/**
 * The pooled history of many accounts (in a fixed order), for the template that judges who has none of their own.
 * Calibrated by leaving whole accounts out: it must say how strange a *new* person looks.
 */
export function cohortHistory(histories: readonly RowHistory[]): CohortOutcome {
  if (histories.length < minimumCohortSubjects) {
    return { ok: false, had: histories.length, needed: minimumCohortSubjects };
  }
  const every = Math.ceil(histories.length / maxCohortSubjects);
  const chosen = histories.filter((_, i) => i % every === 0);
  const rows: Float32Array[] = [];
  const sessionStarts: number[] = [];
  /** Row indices per account. */
  const accounts: number[][] = [];
  for (const history of chosen) {
    const first = Math.max(0, history.rows.length - maxCohortRowsPerSubject);
    const offset = rows.length - first;
    accounts.push(history.rows.slice(first).map((_, i) => rows.length + i));
    const later = history.sessionStarts.filter((start) => start > first).map((start) => start + offset);
    sessionStarts.push(rows.length, ...later);
    rows.push(...history.rows.slice(first));
  }
  const folds = Array.from(
    { length: cohortFolds },
    (_, f): Fold => ({
      train: inTurns(accounts.filter((_, a) => a % cohortFolds !== f)),
      test: accounts.filter((_, a) => a % cohortFolds === f).flat(),
    }),
  );
  return { ok: true, history: { rows, order: inTurns(accounts), recency: false, folds, sessionStarts } };
}

/** One row of each account, then the next of each: the scaler's recency then favours nobody. */
function inTurns(accounts: readonly number[][]): number[] {
  const longest = Math.max(...accounts.map((account) => account.length));
  const turns: number[] = [];
  for (let i = 0; i < longest; i++) {
    for (const account of accounts) {
      const row = account[account.length - longest + i];
      if (row !== undefined) turns.push(row);
    }
  }
  return turns;
}
