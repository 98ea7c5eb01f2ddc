import type { Enrolled } from '../../detection/cohort/enrolment.ts';
import { createSeededRandom } from '../../platform/seeded-random.ts';
import { enrolTyping } from '../typing/cohort-typing.ts';
import type { TypingSamples, TypingSubject } from '../typing/typing-recordings.ts';
import { joinedSamples } from '../typing/typing-windows.ts';
import type { LayeredStream } from './alarms.ts';
import { cadenceStream } from './cadence-stream.ts';
import { gatherHumanSource } from './human-source.ts';
import { injectedSamples, keysOf } from './injected-samples.ts';
import { learnSynthesiser } from './learned-generator.ts';
import { type TemplateLayer, templateStream } from './template-stream.ts';
import { type GeneratorFamily, type TypingGenerator, typingGenerators } from './typing-generators.ts';

/** Keys of one burst: all that "caught within 100 keys" looks at. */
const burstKeys = 100;

/** One account's own typing under both layers. */
export interface StudiedPerson {
  name: string;
  /** Cadence evidence over all sessions, enrolment included: rules know no enrolment. */
  cadence: Float64Array;
  /** Both layers over the later sessions. */
  later: LayeredStream;
}

/** One burst of one generator against one victim, as a session of its own. */
export interface StudiedBurst {
  generator: string;
  family: GeneratorFamily;
  seed: number;
  victim: string;
  stream: LayeredStream;
}

/** Half of a set's people as victims, with the other half as everybody else. */
export interface StudiedHalf {
  people: readonly StudiedPerson[];
  bursts: readonly StudiedBurst[];
}

export interface HalfToStudy {
  victims: readonly TypingSubject[];
  /** What injectors imitate, and what the template layer was made of where it is of the same set. */
  others: readonly TypingSubject[];
  /** `undefined` where there are too few people for a background: the rules stand alone. */
  layer: TemplateLayer | undefined;
  seeds: readonly number[];
  burstsPerVictim: number;
}

function layered(
  layer: TemplateLayer | undefined,
  account: Enrolled | undefined,
  samples: TypingSamples,
): LayeredStream {
  const template =
    layer === undefined || account === undefined ? new Float64Array(0) : templateStream(layer, account, samples);
  return { cadence: cadenceStream(samples), template };
}

function everything({ enrolment, later }: TypingSubject): TypingSamples {
  return joinedSamples([...enrolment, ...later]);
}

function generatorsFrom(others: readonly TypingSubject[]): TypingGenerator[] {
  const strangers = others.map(everything);
  return typingGenerators({
    population: gatherHumanSource(strangers),
    strangers,
    synthesiser: learnSynthesiser(others),
  });
}

/** Lets every generator loose on every victim, and every victim type. */
export function studyHalf(half: HalfToStudy, onVictim: () => void): StudiedHalf {
  const { victims, layer, seeds, burstsPerVictim } = half;
  const generators = generatorsFrom(half.others);
  const people: StudiedPerson[] = [];
  const bursts: StudiedBurst[] = [];
  for (const victim of victims) {
    const { name, enrolment, later } = victim;
    const account = layer === undefined ? undefined : enrolTyping(layer.cohort, enrolment);
    const own = joinedSamples(later);
    people.push({ name, cadence: cadenceStream(everything(victim)), later: layered(layer, account, own) });
    const earlier = joinedSamples(enrolment);
    const room = own.zonePair.length - burstKeys;
    for (const seed of room < 0 ? [] : seeds) {
      for (const { name: generator, family, against } of generators) {
        const random = createSeededRandom(`injection/${seed}/${name}/${generator}`);
        for (let burst = 0; burst < burstsPerVictim; burst++) {
          const keys = keysOf(later, random.integer(room + 1), burstKeys);
          const samples = injectedSamples(keys, against(earlier, random)(keys.keyZones, random));
          bursts.push({ generator, family, seed, victim: name, stream: layered(layer, account, samples) });
        }
      }
    }
    onVictim();
  }
  return { people, bursts };
}
