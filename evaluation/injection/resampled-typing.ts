import { type Background, backgroundOf } from '../../detection/cohort/background.ts';
import { populationScaled } from '../../detection/cohort/population-scaler.ts';
import { covarianceOf, meanOf } from '../../detection/linear-algebra/covariance.ts';
import { addRidge } from '../../detection/linear-algebra/matrix-product.ts';
import { createSeededRandom } from '../../platform/seeded-random.ts';
import type { TypingCohort } from '../typing/cohort-typing.ts';
import type { TypingSubject } from '../typing/typing-recordings.ts';
import { identityVectors, windowsOf } from '../typing/typing-windows.ts';
import { byZonePair } from './human-generators.ts';
import { gatherHumanSource } from './human-source.ts';
import { injectedSamples, keysOf } from './injected-samples.ts';

/** Windows' worth of typing that each person of the background lends: more of one person says little new. */
const windowsPerPerson = 3;
/** As within a person: no feature is ever known exactly. */
const ridge = 0.02;

/**
 * A background whose stranger is no person but a program that plays people's timings in no order: the windows that come of
 * giving every keystroke the hold and the press-press of other people's, drawn independently for its zone pair. Nobody's
 * injected typing is in it, only the background's own, taken apart. Scored as any background is.
 */
export function resampledBackground(cohort: TypingCohort, people: readonly TypingSubject[]): Background {
  const { background, zonePairs, pairing, length } = cohort;
  const random = createSeededRandom('resampled-typing');
  const inject = byZonePair(gatherHumanSource(people.flatMap(({ enrolment, later }) => [...enrolment, ...later])));
  const rows = people.flatMap(({ enrolment, later }) => {
    const keys = keysOf([...enrolment, ...later], 0, windowsPerPerson * length);
    const samples = injectedSamples(keys, inject(keys.keyZones, random));
    return identityVectors(windowsOf(samples, length, length), zonePairs, pairing).map((row) =>
      populationScaled(background.scaler, row),
    );
  });
  const mean = meanOf(rows);
  return backgroundOf({
    ...background,
    populationMean: mean,
    strangerCovariance: addRidge(covarianceOf(rows, mean), mean.length, ridge),
  });
}
