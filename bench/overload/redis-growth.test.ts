import { describe, expect, it } from '@jest/globals';
import { redisGrowth } from './redis-growth.ts';

/** The run on the page about delivery; what was acknowledged by the first of them is reckoned from the rates. */
const early = { sent: 1_100, redisMiB: 1.8 };
const worst = { sent: 21_000, redisMiB: 6.2 };
const subjects = 200;
const bytesPerMiB = 1_048_576;

describe("Redis' growth with the overload", () => {
  it('is within its bound where it is the marks of the batches acknowledged meanwhile', () => {
    const growth = redisGrowth(early, worst, subjects);
    expect(growth).toMatchObject({ marks: 19_900, grownMiB: 4.4, isBeyond: false });
    expect(growth.mostMiB).toBeLessThan(1.5 * growth.grownMiB);
  });

  it.each([
    ['each batch leaves a second mark', (220 * 19_900) / bytesPerMiB],
    ["each subject's state grows by 16 KiB", (subjects * 16_384) / bytesPerMiB],
  ])('is beyond it where %s', (_, moreMiB) => {
    expect(redisGrowth(early, { ...worst, redisMiB: worst.redisMiB + moreMiB }, subjects).isBeyond).toBe(true);
  });

  it('may be no more than the states where nothing was acknowledged', () => {
    const still = { ...early, redisMiB: early.redisMiB + 1 };
    expect(redisGrowth(early, early, subjects)).toMatchObject({ marks: 0, grownMiB: 0, isBeyond: false });
    expect(redisGrowth(early, still, subjects).isBeyond).toBe(true);
  });

  it('is unknown, and so beyond, where a sample is missing', () => {
    expect(redisGrowth(undefined, worst, subjects).isBeyond).toBe(true);
    expect(redisGrowth(early, undefined, subjects).isBeyond).toBe(true);
  });
});
