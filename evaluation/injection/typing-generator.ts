import type { SeededRandom } from '../../platform/seeded-random.ts';

/** When injected keys go down and up, whole ms on one clock, in the order of presses. */
export interface KeyTimes {
  pressMs: Float64Array;
  releaseMs: Float64Array;
}

/** One burst: for keys in these zones (0..5, in order), when they are pressed and released. */
export type InjectBurst = (keyZones: Uint8Array, random: SeededRandom) => KeyTimes;

/** Times from each key's hold and the press-press that leads to it (the first one's is not used); rounded to whole ms. */
export function timesOf(count: number, next: (index: number) => { holdMs: number; pressPressMs: number }): KeyTimes {
  const pressMs = new Float64Array(count);
  const releaseMs = new Float64Array(count);
  let atMs = 0;
  for (let i = 0; i < count; i++) {
    const { holdMs, pressPressMs } = next(i);
    if (i > 0) atMs += pressPressMs;
    pressMs[i] = Math.round(atMs);
    releaseMs[i] = Math.round(atMs + holdMs);
  }
  return { pressMs, releaseMs };
}
