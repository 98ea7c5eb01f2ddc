import type { UserScores } from '../metrics/error-rates.ts';
import { attemptsPerImpostor } from './protocol.ts';

/**
 * Scores averaged over `count` attempts in a row of the same person: what waiting for more attempts brings. Attempts of an
 * impostor lie together, {@link attemptsPerImpostor} each.
 */
export function attemptsAveraged({ user, genuine, impostor }: UserScores, count: number): UserScores {
  const impostors = Math.floor(impostor.length / attemptsPerImpostor);
  const each = Array.from({ length: impostors }, (_, i) =>
    runningMeans(impostor.subarray(i * attemptsPerImpostor, (i + 1) * attemptsPerImpostor), count),
  );
  return {
    user,
    genuine: runningMeans(genuine, count),
    impostor: Float64Array.from(each.flatMap((means) => [...means])),
  };
}

function runningMeans(scores: Float64Array, count: number): Float64Array {
  return Float64Array.from({ length: Math.max(scores.length - count + 1, 0) }, (_, i) => {
    let sum = 0;
    for (let k = i; k < i + count; k++) sum += scores[k]!;
    return sum / count;
  });
}
