import type { SeededRandom } from '../../platform/seeded-random.ts';
import { ascending, countAtMost } from './ascending.ts';
import { crossing } from './equal-error-rate.ts';

/** Ascending scores of one user. */
export interface SortedUser {
  genuine: Float64Array;
  impostor: Float64Array;
}

/** Counts at one threshold are kept for the draws to come; more thresholds than this are counted anew. */
const mostRemembered = 512;

/** Of larger pools only so many scores of each kind, evenly spaced in rank, are thresholds: EERs of draws are exact to 1e-4 then. */
const mostThresholds = 16_384;

/** Draws users with replacement: how often each was drawn. */
export function drawUsers(random: SeededRandom, users: number): Uint32Array {
  const times = new Uint32Array(users);
  for (let i = 0; i < users; i++) times[random.integer(users)]!++;
  return times;
}

/** At most `most` of a sorted list's distinct values, evenly spaced in rank, the last one among them. */
function spaced(sorted: Float64Array, most: number): Float64Array {
  const count = Math.min(most, sorted.length);
  return Float64Array.from({ length: count }, (_, i) => sorted[Math.ceil(((i + 1) * sorted.length) / count) - 1]!);
}

/** Distinct scores of both kinds that stand for the pool, ascending, the largest among them. */
function poolThresholds({ genuine, impostor }: SortedUser, mostOfEach: number): Float64Array {
  const both = ascending(joined([spaced(genuine, mostOfEach), spaced(impostor, mostOfEach)]));
  return both.filter((score, i) => score !== both[i - 1]);
}

/**
 * Pooled equal error rate of a draw of users, as if their scores had been pooled and sorted anew. `pool` holds the scores of
 * all users. The crossing is found by bisection over the thresholds, from counts per user: no draw touches the scores.
 */
export function createPooledEerOfDraw(users: readonly SortedUser[], pool: SortedUser): (times: Uint32Array) => number {
  const thresholds = poolThresholds(pool, mostThresholds);
  const remembered = new Map<number, Int32Array>();

  /** Scores at most the threshold: genuine and impostor of each user in turn. */
  function countsAt(threshold: number): Int32Array {
    const known = remembered.get(threshold);
    if (known !== undefined) return known;
    const counts = new Int32Array(2 * users.length);
    for (const [u, { genuine, impostor }] of users.entries()) {
      counts[2 * u] = countAtMost(genuine, threshold);
      counts[2 * u + 1] = countAtMost(impostor, threshold);
    }
    if (remembered.size < mostRemembered) remembered.set(threshold, counts);
    return counts;
  }

  return function pooledEerOfDraw(times) {
    let genuineTotal = 0;
    let impostorTotal = 0;
    for (const [u, { genuine, impostor }] of users.entries()) {
      genuineTotal += times[u]! * genuine.length;
      impostorTotal += times[u]! * impostor.length;
    }
    if (genuineTotal === 0 || impostorTotal === 0) return Number.NaN;
    const ratesAt = (threshold: number) => {
      const counts = countsAt(threshold);
      let genuine = 0;
      let impostors = 0;
      for (let u = 0; u < users.length; u++) {
        genuine += times[u]! * counts[2 * u]!;
        impostors += times[u]! * counts[2 * u + 1]!;
      }
      return { falseAlarms: 1 - genuine / genuineTotal, misses: impostors / impostorTotal };
    };
    let low = 0;
    let high = thresholds.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const { falseAlarms, misses } = ratesAt(thresholds[middle]!);
      if (misses >= falseAlarms) high = middle;
      else low = middle + 1;
    }
    const after = ratesAt(thresholds[low]!);
    const before = low === 0 ? { falseAlarms: 1, misses: 0 } : ratesAt(thresholds[low - 1]!);
    return crossing(before.falseAlarms, before.misses, after.falseAlarms, after.misses);
  };
}

/** Edges of bins that come from each kind of score: what a bin hides of an area is a share of its share of both kinds. */
const aucEdges = 128;

/**
 * Pooled area under the curve of a draw of users, from counts per user in bins of the pool:
 * scores of one bin count as tied.
 */
export function createPooledAucOfDraw(users: readonly SortedUser[], pool: SortedUser): (times: Uint32Array) => number {
  const edges = poolThresholds(pool, aucEdges);
  const bins = edges.length;
  const perBin = (sorted: Float64Array) => {
    let before = 0;
    return Int32Array.from(edges, (edge) => {
      const upTo = countAtMost(sorted, edge);
      const here = upTo - before;
      before = upTo;
      return here;
    });
  };
  const counted = users.map(({ genuine, impostor }) => ({ genuine: perBin(genuine), impostor: perBin(impostor) }));

  return function pooledAucOfDraw(times) {
    const genuine = new Float64Array(bins);
    const impostors = new Float64Array(bins);
    for (const [u, counts] of counted.entries()) {
      const drawn = times[u]!;
      if (drawn === 0) continue;
      for (let bin = 0; bin < bins; bin++) {
        genuine[bin]! += drawn * counts.genuine[bin]!;
        impostors[bin]! += drawn * counts.impostor[bin]!;
      }
    }
    let below = 0;
    let wins = 0;
    let impostorTotal = 0;
    for (let bin = 0; bin < bins; bin++) {
      wins += impostors[bin]! * (below + genuine[bin]! / 2);
      below += genuine[bin]!;
      impostorTotal += impostors[bin]!;
    }
    return wins / (below * impostorTotal);
  };
}

/** All scores in one array. */
export function joined(parts: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
