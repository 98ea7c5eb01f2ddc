import { preparedScore } from '../../detection/cohort/background-score.ts';
import type { Enrolled } from '../../detection/cohort/enrolment.ts';
import { fuse, fuseWithLikelihoodRatio, type OneClassPart } from '../../detection/detectors/fusion.ts';
import type { WideTypingModel } from '../../detection/features/wide-typing-vector.ts';
import { prepareWindows, type WindowCohort } from './cohort-typing.ts';
import type { OneClassConstants } from './one-class-constants.ts';
import { type OneClassTemplate, oneClassScores } from './one-class-template.ts';
import type { Pairing } from './pairing.ts';
import { type TypingWindows, wideVectors } from './typing-windows.ts';

/** One account's template, ready for windows of whomever: higher = stranger. */
export interface TypingJudge {
  user: string;
  /** Scores of windows of the length that the template was made for. */
  score(windows: TypingWindows): Float64Array;
}

/** Free text: likelihood ratio and one-class score count the same, both compressed. */
export const freeTextFusion: OneClassPart = { weight: 1, compressedAfterStretch: 1 };

/** Strictly one-class: the account's own zone-pair model and detectors, in constant units. */
export function oneClassJudge(
  user: string,
  zonePairs: WideTypingModel,
  template: OneClassTemplate,
  constants: OneClassConstants,
  pairing: Pairing,
): TypingJudge {
  return {
    user,
    score(windows) {
      const rows = wideVectors(windows, zonePairs, pairing);
      return Float64Array.from(rows, (row) => fuse(oneClassScores(template, row), constants.fusion));
    },
  };
}

/** With a background: the likelihood ratio. */
export function cohortJudge(user: string, cohort: WindowCohort, enrolled: Enrolled): TypingJudge {
  return {
    user,
    score: (windows) =>
      Float64Array.from(prepareWindows(cohort, windows), (row) => preparedScore(cohort.background, enrolled, row)),
  };
}

/** Both together. */
export function fusedJudge(cohort: TypingJudge, oneClass: TypingJudge): TypingJudge {
  return {
    user: cohort.user,
    score(windows) {
      const other = oneClass.score(windows);
      return cohort.score(windows).map((ratio, i) => fuseWithLikelihoodRatio(ratio, other[i]!, freeTextFusion));
    },
  };
}
