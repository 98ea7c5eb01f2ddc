import { createSeededRandom } from '../../platform/seeded-random.ts';
import { fitPopulationZonePairs, fitTypingCohort } from '../typing/cohort-typing.ts';
import { zonePairing } from '../typing/pairing.ts';
import type { TypingSubject } from '../typing/typing-recordings.ts';
import { type Limits, templateThreshold } from './alarms.ts';
import { conformalLimit } from './conformal-limit.ts';
import { type GenuineEvidence, otherPeoplesEvidence } from './genuine-evidence.ts';
import type { JudgedHalf } from './injection-figures.ts';
import { type StudiedHalf, type StudiedPerson, studyHalf } from './injection-study.ts';
import { resampledBackground } from './resampled-typing.ts';
import { type TemplateLayer, templateWindow } from './template-stream.ts';

/** People in two halves, always the same; settings were explored on the second. */
export function halvesOf(people: readonly TypingSubject[]): [TypingSubject[], TypingSubject[]] {
  const shuffled = createSeededRandom(7).shuffled(people);
  const middle = Math.floor(people.length / 2);
  return [shuffled.slice(0, middle), shuffled.slice(middle)];
}

/** What a template layer is made of people; `undefined` where they are too few for a background. */
export function templateLayerFrom(people: readonly TypingSubject[]): TemplateLayer | undefined {
  const outcome = fitTypingCohort(people, fitPopulationZonePairs(people, zonePairing), zonePairing, templateWindow);
  return outcome.ok ? { cohort: outcome.value, resampled: resampledBackground(outcome.value, people) } : undefined;
}

function largestCadence({ cadence }: StudiedPerson): number {
  return cadence.reduce((most, regularity) => Math.max(most, regularity), 0);
}

/** How the rules' limit comes about: as the product ships it, or from the people who are not judged by it. */
export type CadenceLimit = (others: readonly StudiedPerson[]) => number;

/** 1. */
export const shippedLimit: CadenceLimit = () => 1;

/** 1, or more where one of the others went beyond it. */
export const raisedLimit: CadenceLimit = (others) => Math.max(1, ...others.map(largestCadence));

/** What one in a hundred new people would exceed at any time. */
export const learnedLimit: CadenceLimit = (others) => conformalLimit(others.map(largestCadence), 0.01);

export interface SetToStudy {
  halves: readonly [readonly TypingSubject[], readonly TypingSubject[]];
  /** The layer that judges a half. */
  layerOf(half: 0 | 1): TemplateLayer | undefined;
  seeds: readonly number[];
  burstsPerVictim: number;
}

/** Both halves of a set, each the victims while the other is everybody else. */
export function studySet({ halves, layerOf, ...rest }: SetToStudy, onVictim: () => void): [StudiedHalf, StudiedHalf] {
  const study = (half: 0 | 1) =>
    studyHalf({ victims: halves[half], others: halves[half === 0 ? 1 : 0], layer: layerOf(half), ...rest }, onVictim);
  return [study(0), study(1)];
}

/**
 * Each half with the limits that genuine typing sets: the rules' by the other half's people, the template's by `evidence`,
 * which is by default the other half's as well.
 */
export function judgeHalves(
  [first, second]: readonly [StudiedHalf, StudiedHalf],
  cadenceLimit: CadenceLimit,
  evidence?: GenuineEvidence,
): [JudgedHalf, JudgedHalf] {
  const limitsFrom = ({ people }: StudiedHalf): Limits => {
    const cadence = cadenceLimit(people);
    const { streams, nominal } = evidence ?? otherPeoplesEvidence(people.map(({ later }) => later));
    return { cadence, template: templateThreshold(streams, cadence, nominal) };
  };
  return [
    { ...first, limits: limitsFrom(second) },
    { ...second, limits: limitsFrom(first) },
  ];
}
