import type { SeededRandom } from '../../platform/seeded-random.ts';
import type { StreamToxic } from './toxic.ts';

/** Bytes, or the end of the stream, that wait for their turn. `luck` in [0, 1) was drawn when they came: it is their jitter. */
export interface Arrival {
  atMs: number;
  luck: number;
}

/** So many bytes of the oldest arrival go on, not before `atMs`. */
export interface Release {
  bytes: number;
  atMs: number;
}

/** When the bytes of one direction may go on: latency, then slices, then the line's bandwidth. */
export interface Pacing {
  /** What is released next of `bytes` that came with `arrival`. Draws from the seed: asked once for each release. */
  plan(arrival: Arrival, bytes: number, toxics: readonly StreamToxic[]): Release;
  /** It was done at `nowMs`. */
  released(release: Release, toxics: readonly StreamToxic[], nowMs: number): void;
  /** When the end of the stream is passed on; `emptyAtMs`: since when nothing waits before it. */
  endAtMs(arrival: Arrival, toxics: readonly StreamToxic[], emptyAtMs: number): number;
}

/** A slow line hands over what it carries in this time, so that a large piece does not come all at once at its end. */
const longestBurstMs = 100;

/** One for each direction of a connection. */
export function createPacing(random: SeededRandom): Pacing {
  let nextSliceAtMs = 0;
  let lineFreeAtMs = 0;
  return {
    plan(arrival, bytes, toxics) {
      const readyAtMs = arrival.atMs + latencyOf(arrival, toxics);
      const slice = slicerOf(toxics);
      const wanted = slice === undefined ? bytes : sliceBytes(slice, random);
      const startAtMs = slice === undefined ? readyAtMs : Math.max(readyAtMs, nextSliceAtMs);
      const bytesPerMs = lineRate(toxics);
      if (bytesPerMs === Number.POSITIVE_INFINITY) return { bytes: Math.min(bytes, wanted), atMs: startAtMs };
      const burst = Math.max(1, Math.floor(bytesPerMs * longestBurstMs));
      const carried = Math.min(bytes, wanted, burst);
      return { bytes: carried, atMs: Math.max(startAtMs, lineFreeAtMs) + carried / bytesPerMs };
    },
    released({ atMs }, toxics, nowMs) {
      // By the plan, not by the clock: a timer that was late must not make the line slower than it is.
      lineFreeAtMs = atMs;
      nextSliceAtMs = nowMs + (slicerOf(toxics)?.delayUs ?? 0) / 1_000;
    },
    endAtMs(arrival, toxics, emptyAtMs) {
      const closing = toxics.reduce((sum, toxic) => sum + (toxic.kind === 'slowClose' ? toxic.delayMs : 0), 0);
      return Math.max(arrival.atMs + latencyOf(arrival, toxics), emptyAtMs) + closing;
    },
  };
}

function latencyOf({ luck }: Arrival, toxics: readonly StreamToxic[]): number {
  let sumMs = 0;
  for (const toxic of toxics) {
    if (toxic.kind === 'latency') sumMs += Math.max(0, toxic.latencyMs + (2 * luck - 1) * (toxic.jitterMs ?? 0));
  }
  return sumMs;
}

/** Bytes a millisecond; infinite where nothing limits them. */
function lineRate(toxics: readonly StreamToxic[]): number {
  let lowest = Number.POSITIVE_INFINITY;
  for (const toxic of toxics) if (toxic.kind === 'bandwidth') lowest = Math.min(lowest, toxic.kilobytesPerSecond);
  return lowest;
}

function slicerOf(toxics: readonly StreamToxic[]) {
  return toxics.find((toxic) => toxic.kind === 'slicer');
}

function sliceBytes(slicer: { averageBytes: number; variationBytes?: number }, random: SeededRandom): number {
  const variation = slicer.variationBytes ?? 0;
  return Math.max(1, Math.round(random.uniform(slicer.averageBytes - variation, slicer.averageBytes + variation)));
}
