import { type FusionConstants, fuse } from '../../detection/detectors/fusion.ts';
import type { UserScores } from '../metrics/error-rates.ts';
import { type OneClassTemplate, oneClassScores } from './one-class-template.ts';
import { attemptsOf, enrolmentRepetitions, type FixedTextAccount, type Practice } from './protocol.ts';

/** Scores the features of one repetition under one account. Higher is stranger. */
export type AccountScore = (features: Float64Array) => number;

/**
 * The published protocol: each account's later repetitions as genuine, five attempts of every other account as impostors,
 * under templates that never change.
 */
export function staticScores(
  accounts: readonly FixedTextAccount[],
  scores: readonly AccountScore[],
  practice: Practice,
): UserScores[] {
  return accounts.map((account, a) => {
    const score = scores[a]!;
    const impostors = accounts.filter((other) => other !== account);
    return {
      user: account.name,
      genuine: Float64Array.from(account.features.slice(enrolmentRepetitions), score),
      impostor: Float64Array.from(
        impostors.flatMap((other) => other.features.slice(...attemptsOf(other, practice))),
        score,
      ),
    };
  });
}

/** The fused score of a one-class template, on constants. */
export function fusedScore(template: OneClassTemplate, constants: FusionConstants): AccountScore {
  return (features) => fuse(oneClassScores(template, features), constants);
}
