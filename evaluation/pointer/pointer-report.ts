import type { UserScores } from '../metrics/error-rates.ts';
import { type PointerMode, pointerModes } from './judged-account.ts';
import { type PointerTrial, userScoresOf } from './pointer-trials.ts';

/** Sessions judged in every mode, as trials of one. */
export function trialsOf(
  sessions: readonly { account: string; genuine: boolean; strokes: number; scores: Record<PointerMode, number> }[],
  mode: PointerMode,
): PointerTrial[] {
  return sessions.map(({ account, genuine, strokes, scores }) => ({ account, genuine, strokes, score: scores[mode] }));
}

/** Score sets of every mode. */
export function scoreSetsOf(
  name: string,
  sessions: Parameters<typeof trialsOf>[0],
): { name: string; users: UserScores[] }[] {
  return pointerModes.map((mode) => ({ name: `${name}, ${mode}`, users: userScoresOf(trialsOf(sessions, mode)) }));
}
