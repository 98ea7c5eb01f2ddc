import { keystrokeStepMs } from '../../detection/features/keystroke-window.ts';
import { choleskyOf, inverseOf } from '../../detection/linear-algebra/cholesky.ts';
import { multiply } from '../../detection/linear-algebra/matrix-product.ts';
import { zones } from '../../detection/words/behaviour.ts';
import type { SeededRandom } from '../../platform/seeded-random.ts';
import type { TypingSamples, TypingSubject } from '../typing/typing-recordings.ts';
import { isRanked, type RankTable, ranksByZonePair, stepAt, type TimingRanks } from './rank-tables.ts';
import { type InjectBurst, timesOf } from './typing-generator.ts';

/**
 * A synthesiser of typing learned from many people: a Gaussian copula with people and memory in it. Hold and press-press
 * become normal scores by their rank among all keystrokes of the same zone pair. A score is a person's own mean (drawn once
 * a burst, for both quantities together) plus a rest that follows a vector autoregression of order one from key to key, with
 * a spread of the person's own. Played back through the ranks it has the population's marginals by zone pair, people's
 * serial dependence, and one consistent made-up person a burst.
 */
export interface TypingSynthesiser {
  /** By zone pair. */
  ranks: readonly TimingRanks[];
  /** Lower Cholesky factor (2 x 2, row-major) of the covariance of people's means. */
  personFactor: Float64Array;
  /** Standard deviation over people of ln of the spread of the rest. */
  spreadDeviation: number;
  /** 2 x 2 row-major: this key's rest from that of the key before. */
  memory: Float64Array;
  /** Lower Cholesky factor of what memory leaves. */
  shockFactor: Float64Array;
}

/** Keys before a burst's first, so that its rest has settled. */
const warmUpKeys = 20;
const fewestPeople = 3;

/** Of hold and of press-press. */
type Pair = readonly [hold: number, pressPress: number];

/** Runs of keys with a flight each, as normal scores. */
function scoreRuns(ranks: readonly TimingRanks[], sessions: readonly TypingSamples[]): Pair[][] {
  const runs: Pair[][] = [];
  for (const samples of sessions) {
    let run: Pair[] = [];
    for (let i = 0; i < samples.zonePair.length; i++) {
      if (isRanked(samples, i)) {
        const [hold, pressPress] = ranks[samples.zonePair[i]!]!;
        run.push([hold.score[samples.holdSteps[i]!]!, pressPress.score[samples.pressPressSteps[i]!]!]);
      } else if (run.length > 0) {
        runs.push(run);
        run = [];
      }
    }
    if (run.length > 0) runs.push(run);
  }
  return runs;
}

/** Mean of products of pairs, 2 x 2 row-major. */
interface PairProducts {
  add(left: Pair, right: Pair): void;
  mean(): Float64Array;
  count(): number;
}

function createPairProducts(): PairProducts {
  const sum = new Float64Array(4);
  let count = 0;
  return {
    add([a, b], [c, d]) {
      sum[0]! += a * c;
      sum[1]! += a * d;
      sum[2]! += b * c;
      sum[3]! += b * d;
      count++;
    },
    mean: () => sum.map((value) => value / count),
    count: () => count,
  };
}

/** Moments over all people: of their means, and of what is left at a key, at the key before, and between the two. */
interface Moments {
  people: PairProducts;
  now: PairProducts;
  before: PairProducts;
  between: PairProducts;
  lnSpreads: number[];
}

function addPerson(moments: Moments, runs: readonly (readonly Pair[])[]): void {
  const keys = runs.flat();
  if (keys.length < 2) return;
  const person: Pair = [
    keys.reduce((sum, [hold]) => sum + hold, 0) / keys.length,
    keys.reduce((sum, [, pressPress]) => sum + pressPress, 0) / keys.length,
  ];
  moments.people.add(person, person);
  let squares = 0;
  for (const run of runs) {
    let last: Pair | undefined;
    for (const [hold, pressPress] of run) {
      const rest: Pair = [hold - person[0], pressPress - person[1]];
      squares += rest[0] ** 2 + rest[1] ** 2;
      moments.now.add(rest, rest);
      if (last !== undefined) {
        moments.between.add(rest, last);
        moments.before.add(last, last);
      }
      last = rest;
    }
  }
  // A person of one timing alone has no spread to take the logarithm of.
  moments.lnSpreads.push(0.5 * Math.log(squares / (2 * keys.length) + 1e-9));
}

/**
 * Learns a synthesiser from people's sessions; at least three people who typed.
 * @throws RangeError for fewer, or where their timings do not vary.
 */
export function learnSynthesiser(people: readonly TypingSubject[]): TypingSynthesiser {
  const sessionsOf = ({ enrolment, later }: TypingSubject) => [...enrolment, ...later];
  const ranks = ranksByZonePair(people.flatMap(sessionsOf));
  const moments: Moments = {
    people: createPairProducts(),
    now: createPairProducts(),
    before: createPairProducts(),
    between: createPairProducts(),
    lnSpreads: [],
  };
  for (const person of people) addPerson(moments, scoreRuns(ranks, sessionsOf(person)));
  if (moments.people.count() < fewestPeople)
    throw new RangeError('a synthesiser needs at least three people who typed');
  // Yule-Walker: memory = C1 C0^-1, and what is left of C0 after it.
  const between = moments.between.mean();
  const memory = multiply(between, inverseOf(choleskyOf(moments.before.mean(), 2), 2), 2, 2, 2);
  const kept = multiply(memory, Float64Array.of(between[0]!, between[2]!, between[1]!, between[3]!), 2, 2, 2);
  const { lnSpreads } = moments;
  const meanLnSpread = lnSpreads.reduce((sum, value) => sum + value, 0) / lnSpreads.length;
  const variance = lnSpreads.reduce((sum, value) => sum + (value - meanLnSpread) ** 2, 0) / (lnSpreads.length - 1);
  return {
    ranks,
    personFactor: choleskyOf(moments.people.mean(), 2),
    spreadDeviation: Math.sqrt(variance),
    memory,
    shockFactor: choleskyOf(
      moments.now.mean().map((value, i) => value - kept[i]!),
      2,
    ),
  };
}

function correlatedPair(factor: Float64Array, random: SeededRandom): Pair {
  const first = random.normal(0, 1);
  const second = random.normal(0, 1);
  return [factor[0]! * first, factor[2]! * first + factor[3]! * second];
}

/** Bursts of the synthesiser: a new made-up person each. */
export function synthesised({
  ranks,
  personFactor,
  spreadDeviation,
  memory,
  shockFactor,
}: TypingSynthesiser): InjectBurst {
  return (keyZones, random) => {
    const person = correlatedPair(personFactor, random);
    const spread = Math.exp(random.normal(0, spreadDeviation));
    let rest: Pair = [0, 0];
    const advance = () => {
      const shock = correlatedPair(shockFactor, random);
      rest = [
        memory[0]! * rest[0] + memory[1]! * rest[1] + shock[0],
        memory[2]! * rest[0] + memory[3]! * rest[1] + shock[1],
      ];
    };
    for (let i = 0; i < warmUpKeys; i++) advance();
    return timesOf(keyZones.length, (i) => {
      advance();
      const before = i > 0 ? keyZones[i - 1]! : zones.indexOf('other');
      const [hold, pressPress] = ranks[before * zones.length + keyZones[i]!]!;
      const ms = (table: RankTable, score: number) =>
        Math.max(1, (stepAt(table, score) + random.uniform(-0.5, 0.5)) * keystrokeStepMs);
      return {
        holdMs: ms(hold, person[0] + spread * rest[0]),
        pressPressMs: ms(pressPress, person[1] + spread * rest[1]),
      };
    });
  };
}
