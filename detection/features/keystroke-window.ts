import type { KeystrokeSample } from '../words/behaviour.ts';
import { zonePairCount } from '../words/behaviour.ts';

/**
 * Keystrokes as one 31-bit number each, ascending, so that a window is a multiset and nothing can depend on order.
 * `((zonePair * 201 + hold) * 402 + pressPress) * 362 + releasePress`, times in 5 ms steps, clipped to the recipe's limits.
 */
export type KeystrokeWindow = Uint32Array;

/** Grid of the keystroke times. */
export const keystrokeStepMs = 5;
const holdLevels = 201; // 0 .. 1000 ms
const pressPressLevels = 402; // 0 .. 2000 ms, then missing
const releasePressLevels = 362; // -300 .. 1500 ms, then missing
const earliestReleasePressSteps = -60;

/** Largest code that {@link packKeystrokes} writes. */
export const maxKeystrokeCode = zonePairCount * holdLevels * pressPressLevels * releasePressLevels - 1;

function steps(ms: number, lowest: number, highest: number): number {
  const rounded = Math.round(ms / keystrokeStepMs);
  return rounded > lowest ? Math.min(rounded, highest) : lowest; // NaN becomes the lowest
}

function pack(sample: KeystrokeSample): number {
  const { zonePair, holdMs, pressPressMs, releasePressMs } = sample;
  const pair = zonePair >= 0 && zonePair < zonePairCount ? Math.trunc(zonePair) : zonePairCount - 1;
  const paused = pressPressMs === null || releasePressMs === null || !(pressPressMs >= 0 && pressPressMs <= 2000);
  const pressPress = paused ? pressPressLevels - 1 : steps(pressPressMs, 0, pressPressLevels - 2);
  const releasePress = paused
    ? releasePressLevels - 1
    : steps(releasePressMs, earliestReleasePressSteps, releasePressLevels - 2 + earliestReleasePressSteps) -
      earliestReleasePressSteps;
  const hold = steps(holdMs, 0, holdLevels - 1);
  return ((pair * holdLevels + hold) * pressPressLevels + pressPress) * releasePressLevels + releasePress;
}

/** The keystrokes of one batch, in the form that windows are made of. */
export function packKeystrokes(samples: readonly KeystrokeSample[]): KeystrokeWindow {
  const packed = new Uint32Array(samples.length);
  for (let i = 0; i < samples.length; i++) packed[i] = pack(samples[i]!);
  return packed.sort();
}

/** Several batches as one window. */
export function joinKeystrokes(batches: readonly KeystrokeWindow[]): KeystrokeWindow {
  let length = 0;
  for (const batch of batches) length += batch.length;
  const joined = new Uint32Array(length);
  let at = 0;
  for (const batch of batches) {
    joined.set(batch, at);
    at += batch.length;
  }
  return joined.sort();
}

/** A window's columns. Times are 5 ms steps. */
export interface KeystrokeColumns {
  zonePair: Uint8Array;
  holdSteps: Uint8Array;
  /** -1 where there is no flight. */
  pressPressSteps: Int16Array;
  /** Meaningless where `pressPressSteps` is -1. */
  releasePressSteps: Int16Array;
}

/** The columns of a window, in its ascending order. */
export function unpackKeystrokes(window: KeystrokeWindow): KeystrokeColumns {
  const n = window.length;
  const zonePair = new Uint8Array(n);
  const holdSteps = new Uint8Array(n);
  const pressPressSteps = new Int16Array(n);
  const releasePressSteps = new Int16Array(n);
  for (let i = 0; i < n; i++) {
    const code = window[i]!;
    const withoutRelease = (code / releasePressLevels) | 0;
    const withoutPress = (withoutRelease / pressPressLevels) | 0;
    const pair = (withoutPress / holdLevels) | 0;
    const pressPress = withoutRelease - withoutPress * pressPressLevels;
    zonePair[i] = pair;
    holdSteps[i] = withoutPress - pair * holdLevels;
    pressPressSteps[i] = pressPress === pressPressLevels - 1 ? -1 : pressPress;
    releasePressSteps[i] = code - withoutRelease * releasePressLevels + earliestReleasePressSteps;
  }
  return { zonePair, holdSteps, pressPressSteps, releasePressSteps };
}
