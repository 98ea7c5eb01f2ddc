import { createSeededRandom, type SeededRandom } from '../../platform/seeded-random.ts';
import type { RawKeystroke } from '../collector/raw-input.ts';
import type { HumanTimings } from './human-timings.ts';

/** Ways in which a device types by itself; after the generators of the measured reference, times in ms. */
export const injectorNames = [
  'superhuman',
  'constant',
  'constant-any-speed',
  'jitter-8-ms',
  'jitter-10-percent',
  'jitter-30-percent',
  'fixed-hold',
  'fixed-hold-human-flights',
  'superhuman-hold-human-flights',
  'uniform',
  'human-marginals',
] as const;
export type InjectorName = (typeof injectorNames)[number];

/** Timing of one injected key. */
interface Cadence {
  holdMs: number;
  pressPressMs: number;
}

/** Prepares one burst (its speed, for example) and returns the timing of each key. */
type CadenceOfBurst = (random: SeededRandom, human: HumanTimings) => () => Cadence;

/** Log-uniform: every factor of speed is equally likely. */
function anySpeed(random: SeededRandom, lowMs: number, highMs: number): number {
  return Math.exp(random.uniform(Math.log(lowMs), Math.log(highMs)));
}

function jittered(share: number): CadenceOfBurst {
  return (random) => {
    const holdMs = anySpeed(random, 40, 120);
    const flightMs = anySpeed(random, 80, 350);
    return () => ({
      holdMs: holdMs * random.uniform(1 - share, 1 + share),
      pressPressMs: flightMs * random.uniform(1 - share, 1 + share),
    });
  };
}

const cadences: Record<InjectorName, CadenceOfBurst> = {
  superhuman: (random) => () => ({ holdMs: random.uniform(2, 8), pressPressMs: random.uniform(4, 12) }),
  constant: () => () => ({ holdMs: 60, pressPressMs: 120 }),
  'constant-any-speed': (random) => {
    const cadence = { holdMs: anySpeed(random, 20, 120), pressPressMs: anySpeed(random, 60, 400) };
    return () => cadence;
  },
  'jitter-8-ms': (random) => () => ({
    holdMs: 60 + random.uniform(-8, 8),
    pressPressMs: 120 + random.uniform(-8, 8),
  }),
  'jitter-10-percent': jittered(0.1),
  'jitter-30-percent': jittered(0.3),
  'fixed-hold': (random) => {
    const holdMs = anySpeed(random, 30, 100);
    const flightMs = anySpeed(random, 90, 300);
    return () => ({ holdMs, pressPressMs: Math.max(20, random.normal(flightMs, 0.25 * flightMs)) });
  },
  'fixed-hold-human-flights': (random, human) => () => ({ holdMs: 50, pressPressMs: random.pick(human.pressPressMs) }),
  'superhuman-hold-human-flights': (random, human) => () => ({
    holdMs: random.uniform(2, 8),
    pressPressMs: random.pick(human.pressPressMs),
  }),
  uniform: (random) => () => ({ holdMs: random.uniform(30, 120), pressPressMs: random.uniform(60, 260) }),
  'human-marginals': (random, human) => () => ({
    holdMs: random.pick(human.holdsMs),
    pressPressMs: random.pick(human.pressPressMs),
  }),
};

/** True for injectors that imitate people and so need {@link HumanTimings}. */
export function imitatesPeople(name: InjectorName): boolean {
  return name === 'human-marginals' || name.endsWith('human-flights');
}

export interface Injector {
  name: InjectorName;
  /** The same keys in the injector's timing, the first pressed when the first of `keystrokes` was; whole ms. */
  inject(keystrokes: readonly RawKeystroke[]): RawKeystroke[];
}

export interface InjectorOptions {
  seed: number | string;
  /** Needed by injectors that imitate people; throws without them. */
  human?: HumanTimings;
}

/** A seeded injector: the n-th burst of the same injector is always the same. */
export function createInjector(name: InjectorName, options: InjectorOptions): Injector {
  const human = options.human ?? { holdsMs: [], pressPressMs: [] };
  if (imitatesPeople(name) && (human.holdsMs.length === 0 || human.pressPressMs.length === 0)) {
    throw new RangeError(`the injector ${name} imitates people and needs their timings`);
  }
  const random = createSeededRandom(options.seed).fork(name);
  return {
    name,
    inject(keystrokes) {
      const next = cadences[name](random, human);
      let pressMs = keystrokes[0]?.pressMs ?? 0;
      return keystrokes.map(({ key }, index) => {
        const { holdMs, pressPressMs } = next();
        if (index > 0) pressMs += pressPressMs;
        return { key, pressMs: Math.round(pressMs), releaseMs: Math.round(pressMs + holdMs) };
      });
    },
  };
}
