import type { SeededRandom } from '../../platform/seeded-random.ts';
import { createInjector, type InjectorName, injectorNames } from '../attacks/injector.ts';
import type { TypingSamples } from '../typing/typing-recordings.ts';
import { byZonePair, marginals, replay } from './human-generators.ts';
import { gatherHumanSource, type HumanSource } from './human-source.ts';
import { synthesised, type TypingSynthesiser } from './learned-generator.ts';
import type { InjectBurst } from './typing-generator.ts';

/** `regular` is for the rules to catch, `human-like` for rules and template together; `apart` is reported, and in no headline. */
export type GeneratorFamily = 'regular' | 'human-like' | 'apart';

/** What the generators of a run draw from. */
export interface GeneratorSources {
  /** People other than the victims. */
  population: HumanSource;
  /** One recording each of people other than the victims. */
  strangers: readonly TypingSamples[];
  synthesiser: TypingSynthesiser;
}

/** A way in which a program types in a victim's name. */
export interface TypingGenerator {
  name: string;
  family: GeneratorFamily;
  /** Prepares a burst against one victim, whose own earlier typing some generators have got hold of. */
  against(victim: TypingSamples, random: SeededRandom): InjectBurst;
}

/** A generator of the replay and of the demonstration. */
function injector(name: InjectorName, family: GeneratorFamily, population: HumanSource): TypingGenerator {
  const human = { holdsMs: Array.from(population.holdsMs), pressPressMs: Array.from(population.pressPressMs) };
  return {
    name,
    family,
    against: (_, random) => {
      const { inject } = createInjector(name, { seed: random.integer(2 ** 31), human });
      return (keyZones) => {
        const keys = inject(Array.from(keyZones, () => ({ key: '', pressMs: 0, releaseMs: 0 })));
        return {
          pressMs: Float64Array.from(keys, (key) => key.pressMs),
          releaseMs: Float64Array.from(keys, (key) => key.releaseMs),
        };
      };
    },
  };
}

const regular = injectorNames.filter((name) => name !== 'uniform' && name !== 'human-marginals');

/** All generators of a run. */
export function typingGenerators({ population, strangers, synthesiser }: GeneratorSources): TypingGenerator[] {
  const generator = (name: string, family: GeneratorFamily, against: TypingGenerator['against']) => ({
    name,
    family,
    against,
  });
  return [
    ...regular.map((name) => injector(name, 'regular', population)),
    injector('uniform', 'human-like', population),
    generator('human-marginals', 'human-like', () => marginals(population)),
    generator('zone-pair-population', 'human-like', () => byZonePair(population)),
    generator('learned', 'apart', () => synthesised(synthesiser)),
    generator('one-human-marginals', 'apart', (_, random) => marginals(gatherHumanSource([random.pick(strangers)]))),
    generator('replayed-human', 'apart', (_, random) => replay(random.pick(strangers))),
    generator('victim-marginals', 'apart', (victim) => marginals(gatherHumanSource([victim]))),
    generator('victim-replay', 'apart', (victim) => replay(victim)),
  ];
}
