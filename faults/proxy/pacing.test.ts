import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createSeededRandom } from '../../platform/seeded-random.ts';
import { createPacing } from './pacing.ts';
import type { StreamToxic } from './toxic.ts';

const direction = 'toClient';

/** Releases all of `bytes` that came at 0, each piece when its plan says so. */
function releasesOf(bytes: number, toxics: readonly StreamToxic[], seed = 1): { bytes: number; atMs: number }[] {
  const pacing = createPacing(createSeededRandom(seed));
  const releases: { bytes: number; atMs: number }[] = [];
  for (let left = bytes; left > 0; ) {
    const release = pacing.plan({ atMs: 0, luck: 0.5 }, left, toxics);
    pacing.released(release, toxics, release.atMs);
    releases.push(release);
    left -= release.bytes;
  }
  return releases;
}

describe('the pace of a stream', () => {
  it('keeps jitter within its bounds, and no piece comes before it was there', () => {
    const attributes = {
      latencyMs: fc.nat(200),
      jitterMs: fc.nat(300),
      luck: fc.double({ min: 0, max: 1, noNaN: true }),
    };
    fc.assert(
      fc.property(fc.record(attributes), ({ latencyMs, jitterMs, luck }) => {
        const toxic: StreamToxic = { kind: 'latency', direction, latencyMs, jitterMs };
        const { atMs } = createPacing(createSeededRandom(1)).plan({ atMs: 1_000, luck }, 10, [toxic]);
        expect(atMs).toBeGreaterThanOrEqual(Math.max(1_000, 1_000 + latencyMs - jitterMs));
        expect(atMs).toBeLessThanOrEqual(1_000 + latencyMs + jitterMs);
      }),
      { seed: 3 },
    );
  });

  it('passes every byte once, in order, and the last no sooner than the bandwidth allows', () => {
    const attributes = { bytes: fc.integer({ min: 1, max: 20_000 }), rate: fc.integer({ min: 1, max: 50 }) };
    const slices = {
      averageBytes: fc.integer({ min: 50, max: 900 }),
      variationBytes: fc.nat(49),
      delayUs: fc.nat(900),
    };
    fc.assert(
      fc.property(fc.record(attributes), fc.record(slices), ({ bytes, rate }, slicer) => {
        const releases = releasesOf(bytes, [
          { kind: 'bandwidth', direction, kilobytesPerSecond: rate },
          { kind: 'slicer', direction, ...slicer },
        ]);
        expect(releases.reduce((sum, release) => sum + release.bytes, 0)).toBe(bytes);
        const times = releases.map(({ atMs }) => atMs);
        expect(times).toEqual([...times].sort((one, other) => one - other));
        expect(times.at(-1)).toBeGreaterThanOrEqual(bytes / rate - 1e-6);
        const largest = slicer.averageBytes + slicer.variationBytes;
        expect(Math.max(...releases.map((release) => release.bytes))).toBeLessThanOrEqual(largest);
      }),
      { seed: 3 },
    );
  });

  it('is the same for the same seed', () => {
    const slicer: StreamToxic = { kind: 'slicer', direction, averageBytes: 100, variationBytes: 90 };
    expect(releasesOf(5_000, [slicer], 7)).toEqual(releasesOf(5_000, [slicer], 7));
    expect(releasesOf(5_000, [slicer], 7)).not.toEqual(releasesOf(5_000, [slicer], 8));
  });

  it('ends a stream after its latency, after its last byte, and after the slow close', () => {
    const pacing = createPacing(createSeededRandom(1));
    const toxics: StreamToxic[] = [
      { kind: 'latency', direction, latencyMs: 10 },
      { kind: 'slowClose', direction, delayMs: 100 },
    ];
    expect(pacing.endAtMs({ atMs: 50, luck: 0.5 }, toxics, 0)).toBe(160);
    expect(pacing.endAtMs({ atMs: 50, luck: 0.5 }, toxics, 90)).toBe(190);
  });
});
