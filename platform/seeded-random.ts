/** A source of chance that is the same for the same seed, on every machine. Not for secrets. */
export interface SeededRandom {
  /** Uniform in [0, 1), 32 bits fine. */
  next(): number;
  /** Uniform in [low, high). */
  uniform(low: number, high: number): number;
  /** Whole number, uniform in 0..count-1; throws for a count below 1. */
  integer(count: number): number;
  /** Normal with the given mean and standard deviation. */
  normal(mean: number, spread: number): number;
  /** Log-normal: `median` is its median, `logSpread` the standard deviation of its logarithm. */
  logNormal(median: number, logSpread: number): number;
  /** True with the given probability. */
  chance(probability: number): boolean;
  /** One element; throws for an empty list. */
  pick<T>(from: readonly T[]): T;
  /** A shuffled copy (Fisher-Yates). */
  shuffled<T>(from: readonly T[]): T[];
  /** An independent source named by `label`; what the parent has drawn so far does not matter. */
  fork(label: string): SeededRandom;
}

/** Drawn and thrown away after seeding, so that near seeds are far apart. */
const warmUpDraws = 12;

/** FNV-1a over UTF-16 units, finished with a murmur-style mix: 32 bits out of a label. */
function hashLabel(label: string, basis: number): number {
  let hash = (0x811c9dc5 ^ basis) >>> 0;
  for (let i = 0; i < label.length; i++) hash = Math.imul(hash ^ label.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/**
 * The generator is sfc32 of PractRand (Chris Doty-Humphrey): 128 bits of state, a counter that bars short cycles.
 * `seed` is a number (its lower 32 bits and its label count) or a label.
 */
export function createSeededRandom(seed: number | string): SeededRandom {
  const name = String(seed);
  let a = hashLabel(name, 1);
  let b = hashLabel(name, 2);
  let c = hashLabel(name, 3);
  let counter = 1;
  let spareNormal: number | undefined;

  function next(): number {
    const drawn = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + drawn) | 0;
    return (drawn >>> 0) / 2 ** 32;
  }

  /** Marsaglia's polar method; every second draw is the spare of the one before. */
  function standardNormal(): number {
    if (spareNormal !== undefined) {
      const spare = spareNormal;
      spareNormal = undefined;
      return spare;
    }
    for (;;) {
      const x = 2 * next() - 1;
      const y = 2 * next() - 1;
      const square = x * x + y * y;
      if (square === 0 || square >= 1) continue;
      const stretch = Math.sqrt((-2 * Math.log(square)) / square);
      spareNormal = y * stretch;
      return x * stretch;
    }
  }

  function integer(count: number): number {
    if (!(count >= 1)) throw new RangeError('integer() needs a count of at least 1');
    return Math.floor(next() * count);
  }

  for (let i = 0; i < warmUpDraws; i++) next();

  return {
    next,
    uniform: (low, high) => low + (high - low) * next(),
    integer,
    normal: (mean, spread) => mean + spread * standardNormal(),
    logNormal: (median, logSpread) => median * Math.exp(logSpread * standardNormal()),
    chance: (probability) => next() < probability,
    pick<T>(from: readonly T[]): T {
      if (from.length === 0) throw new RangeError('pick() needs at least one element');
      return from[integer(from.length)] as T;
    },
    shuffled<T>(from: readonly T[]): T[] {
      const copy = [...from];
      for (let i = copy.length - 1; i > 0; i--) {
        const j = integer(i + 1);
        const held = copy[i] as T;
        copy[i] = copy[j] as T;
        copy[j] = held;
      }
      return copy;
    },
    fork: (label) => createSeededRandom(`${name}/${label}`),
  };
}
