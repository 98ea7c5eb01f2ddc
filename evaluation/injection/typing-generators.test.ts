import { beforeAll, describe, expect, it } from '@jest/globals';
import { createSeededRandom } from '../../platform/seeded-random.ts';
import { loadTyping, type TypingSamples, type TypingSubject } from '../typing/typing-recordings.ts';
import { joinedSamples } from '../typing/typing-windows.ts';
import { createWorkforce } from '../workforce/workforce.ts';
import { byZonePair, marginals, replay } from './human-generators.ts';
import { gatherHumanSource, type HumanSource } from './human-source.ts';
import { injectedSamples, keysOf } from './injected-samples.ts';
import { learnSynthesiser, synthesised } from './learned-generator.ts';
import { type TypingGenerator, typingGenerators } from './typing-generators.ts';

let people: TypingSubject[];
let source: HumanSource;
let generators: TypingGenerator[];
const everything = ({ enrolment, later }: TypingSubject) => joinedSamples([...enrolment, ...later]);

beforeAll(async () => {
  people = await loadTyping(createWorkforce({ workers: 12, keysPerSession: 400, strokesPerSession: 5 }));
  source = gatherHumanSource(people.map(everything));
  generators = typingGenerators({
    population: source,
    strangers: people.slice(1).map(everything),
    synthesiser: learnSynthesiser(people),
  });
});

function person(index: number): TypingSubject {
  const subject = people[index];
  if (subject === undefined) throw new Error(`no person ${index}`);
  return subject;
}

function mean(values: ArrayLike<number>): number {
  return Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
}

function correlation(a: readonly number[], b: readonly number[]): number {
  const [ma, mb] = [mean(a), mean(b)];
  const product = (x: readonly number[], mx: number, y: readonly number[], my: number) =>
    mean(x.map((value, i) => (value - mx) * ((y[i] ?? 0) - my)));
  return product(a, ma, b, mb) / Math.sqrt(product(a, ma, a, ma) * product(b, mb, b, mb));
}

const holdsOf = (samples: TypingSamples) => Array.from(samples.holdSteps, (steps) => steps * 5);

describe('generators of typing', () => {
  it('type the same for a seed, forward in time, and the keys of the victim', () => {
    const victim = person(0);
    const keys = keysOf(victim.later, 3, 100);
    for (const { against } of generators) {
      const burst = () => {
        const random = createSeededRandom(5);
        return against(joinedSamples(victim.enrolment), random)(keys.keyZones, random);
      };
      const times = burst();
      expect(times).toEqual(burst());
      for (let i = 0; i < keys.keyZones.length; i++) {
        expect(times.releaseMs[i]).toBeGreaterThanOrEqual(times.pressMs[i] ?? Number.NaN);
        expect(times.pressMs[i]).toBeGreaterThanOrEqual(times.pressMs[i - 1] ?? 0);
      }
      const samples = injectedSamples(keys, times);
      expect(samples.zonePair.map((pair) => pair % 6)).toEqual(keys.keyZones);
    }
  });

  it('begin a session where the victim did, with no flight from the key before', () => {
    const [first, second] = person(0).later;
    if (first === undefined || second === undefined) throw new Error('two sessions');
    const keys = keysOf([first, second], first.zonePair.length - 10, 30);
    expect(keys.sessionStarts).toEqual([10]);
    const random = createSeededRandom(1);
    const samples = injectedSamples(keys, marginals(source)(keys.keyZones, random));
    const unpaired = Array.from(samples.pressPressSteps).flatMap((steps, i) => (steps < 0 ? [i] : []));
    expect(unpaired).toContain(0);
    expect(unpaired).toContain(10);
  });

  it('draw marginals from the source alone, and by zone pair from that pair alone', () => {
    const random = createSeededRandom(2);
    const { keyZones } = keysOf(person(1).later, 0, 300);
    const holds = new Set(source.holdsMs);
    const mixed = marginals(source)(keyZones, random);
    for (let i = 0; i < keyZones.length; i++) {
      expect(holds.has((mixed.releaseMs[i] ?? 0) - (mixed.pressMs[i] ?? 0))).toBe(true);
    }
    const paired = byZonePair(source)(keyZones, random);
    for (let i = 1; i < keyZones.length; i++) {
      const indices = source.byZonePair[(keyZones[i - 1] ?? 0) * 6 + (keyZones[i] ?? 0)] ?? new Int32Array(0);
      if (indices.length < 20) continue;
      const flight = (paired.pressMs[i] ?? 0) - (paired.pressMs[i - 1] ?? 0);
      expect(Array.from(indices, (at) => source.pressPressMs[at])).toContain(flight);
    }
  });

  it('replay a recording key by key', () => {
    const recorded = everything(person(2));
    const random = createSeededRandom(3);
    const keys = { keyZones: recorded.zonePair.map((pair) => pair % 6).subarray(0, 50), sessionStarts: [] };
    const replayed = injectedSamples(keys, replay(recorded)(keys.keyZones, random));
    const holds = holdsOf(replayed).join();
    expect(holdsOf(recorded).join()).toContain(holds);
  });

  it('synthesise made-up people: the population in all, each burst one person of their own, with a memory', () => {
    const random = createSeededRandom(4);
    const inject = synthesised(learnSynthesiser(people));
    const bursts = Array.from({ length: 80 }, (_, i) => {
      const keys = keysOf(person(i % people.length).later, 0, 200);
      return holdsOf(injectedSamples(keys, inject(keys.keyZones, random)));
    });
    expect(mean(bursts.flat()) / mean(source.holdsMs)).toBeGreaterThan(0.85);
    expect(mean(bursts.flat()) / mean(source.holdsMs)).toBeLessThan(1.15);
    // Halves of a burst agree as one person's do; independent draws would not.
    const halves = bursts.map((holds) => [mean(holds.slice(0, 100)), mean(holds.slice(100))] as const);
    expect(
      correlation(
        halves.map(([first]) => first),
        halves.map(([, second]) => second),
      ),
    ).toBeGreaterThan(0.6);
  });

  it('are not learned from nobody, nor from people who never typed two keys in a row', () => {
    expect(() => gatherHumanSource([])).toThrow(RangeError);
    expect(() => learnSynthesiser(people.slice(0, 2))).toThrow(RangeError);
  });
});
