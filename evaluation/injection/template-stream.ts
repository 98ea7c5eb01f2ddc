import type { Background } from '../../detection/cohort/background.ts';
import { preparedScore, prepareRow } from '../../detection/cohort/background-score.ts';
import type { Enrolled } from '../../detection/cohort/enrolment.ts';
import type { TypingCohort } from '../typing/cohort-typing.ts';
import type { TypingSamples } from '../typing/typing-recordings.ts';
import { identityVectors, judgedStep, windowsOf } from '../typing/typing-windows.ts';

/** Keystrokes of a window that the template judges. */
export const templateWindow = 100;

/** What an account's typing is held against. */
export interface TemplateLayer {
  cohort: TypingCohort;
  /** {@link resampledBackground} of the same people. */
  resampled: Background;
}

/**
 * Nats by which a resampling program counts more than another person: its windows lie close together, so that the ratio
 * towards it is small even where it is right. 0, 5 and 10 were compared on the second half of the Aalto people; 5 was taken
 * after the first half had been seen with 0.
 */
const resampledBonus = 5;

/**
 * The template's evidence after each whole batch of 25 keystrokes: how much likelier the last 100 are from another person,
 * or from a program that resamples people, whichever fits better, than from the account's owner; nats, higher is stranger.
 * `-Infinity` while there are fewer than 100.
 */
export function templateStream(
  { cohort, resampled }: TemplateLayer,
  account: Enrolled,
  samples: TypingSamples,
): Float64Array {
  const batches = Math.floor(samples.zonePair.length / judgedStep);
  const evidence = new Float64Array(batches).fill(Number.NEGATIVE_INFINITY);
  const rows = identityVectors(windowsOf(samples, templateWindow, judgedStep), cohort.zonePairs, cohort.pairing);
  for (const [i, row] of rows.entries()) {
    evidence[templateWindow / judgedStep - 1 + i] = Math.max(
      preparedScore(cohort.background, account, prepareRow(cohort.background, row)),
      preparedScore(resampled, account, prepareRow(resampled, row)) + resampledBonus,
    );
  }
  return evidence;
}
