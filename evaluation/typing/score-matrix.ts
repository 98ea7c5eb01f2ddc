import type { SeededRandom } from '../../platform/seeded-random.ts';
import type { UserScores } from '../metrics/error-rates.ts';

/** Every window judged by every subject's template: `[subject][window]`, higher = stranger. */
export type ScoreMatrix = readonly Float64Array[];

/** Whose the judged windows are. */
export interface JudgedWindows {
  names: readonly string[];
  /** Index of each window's subject in `names`. */
  owner: Int32Array;
}

/** The own windows of each subject as genuine, those of all others as impostor's. */
export function userScores({ names, owner }: JudgedWindows, matrix: ScoreMatrix): UserScores[] {
  return names.map((user, subject) => {
    const scores = matrix[subject]!;
    return {
      user,
      genuine: scores.filter((_, window) => owner[window] === subject),
      impostor: scores.filter((_, window) => owner[window] !== subject),
    };
  });
}

/** Elementwise. */
export function combined(a: ScoreMatrix, b: ScoreMatrix, of: (a: number, b: number) => number): ScoreMatrix {
  return a.map((row, subject) => row.map((value, window) => of(value, b[subject]![window]!)));
}

/**
 * The same windows with their owners drawn by lot, whole subjects at a time and none their own: what is then called
 * genuine is somebody else's, so whatever is measured must be chance.
 */
export function shuffledOwners({ names, owner }: JudgedWindows, random: SeededRandom): JudgedWindows {
  const order = random.shuffled(names.map((_, subject) => subject));
  const stranger = new Int32Array(names.length);
  for (const [i, subject] of order.entries()) stranger[subject] = order[(i + 1) % order.length]!;
  return { names, owner: owner.map((subject) => stranger[subject]!) };
}
