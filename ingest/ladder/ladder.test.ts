import { describe, expect, it } from '@jest/globals';
import { type LadderLimits, type Level, nextLevel } from './level.ts';
import { createLagTrack, type PartitionLag } from './partition-lag.ts';

const limits: LadderLimits = {
  degradedAfterMs: 10_000,
  shedAfterMs: 60_000,
  refusedAfterMs: 600_000,
  refusedAwayAfterMs: 48 * 3_600_000,
};
const patienceMs = limits.degradedAfterMs / 2;

/** One second of a partition: how much comes in, and how much the scorers get done. */
interface Second {
  arrivals: number;
  capacity: number;
}

/** A partition as a gateway sees it that asks once a second, and what it decides. Refused batches do not arrive. */
function createPartition({ startOffset = 0, committed = 0, firstOffset = 0 } = {}) {
  const track = createLagTrack({ patienceMs });
  let atMs = 1_790_000_000_000;
  let endOffset = startOffset;
  let committedOffset = committed;
  let level: Level = 'full';
  let before: PartitionLag = track.take({ atMs, firstOffset, endOffset, committedOffset });

  /** The level after each second. */
  function pass(seconds: number, { arrivals, capacity }: Second): Level[] {
    return Array.from({ length: seconds }, () => {
      atMs += 1_000;
      if (level !== 'refused') endOffset += arrivals;
      if (committedOffset >= 0) committedOffset = Math.min(endOffset, committedOffset + capacity);
      const lag = track.take({ atMs, firstOffset, endOffset, committedOffset });
      level = nextLevel(before.scorers === 'moving' ? level : 'full', lag, limits);
      before = lag;
      return level;
    });
  }
  return {
    pass,
    lag: () => before,
    /** The scorers' first commit. */
    commitFirst() {
      committedOffset = firstOffset;
    },
    /** The broker lost what the group had committed. */
    loseCommits() {
      committedOffset = -1;
    },
    /** The retention of the topic passed. */
    forgetRecords() {
      firstOffset = endOffset;
    },
  };
}

/** When each level was first reached, in seconds from 1. */
function firsts(seen: readonly Level[]): Partial<Record<Level, number>> {
  return Object.fromEntries([...new Set(seen)].map((level) => [level, seen.indexOf(level) + 1]));
}

const changesOf = (seen: readonly Level[]) => seen.filter((level, i) => level !== seen[i - 1]);

const steady: Second = { arrivals: 100, capacity: 200 };
const overload: Second = { arrivals: 1_000, capacity: 100 };
const away: Second = { arrivals: 100, capacity: 0 };
const hours = 3_600;

describe('under tenfold overload', () => {
  it('batches are degraded, then shed, then refused, each when the oldest has waited so long', () => {
    const partition = createPartition();
    partition.pass(20, steady);
    const seen = firsts(partition.pass(900, overload));
    expect(Object.keys(seen)).toEqual(['full', 'degraded', 'shed', 'refused']);
    // The oldest waiting record ages by 0.9 s a second.
    expect(seen.degraded).toBeGreaterThanOrEqual(11);
    expect(seen.degraded).toBeLessThan(16);
    expect(seen.shed).toBeGreaterThanOrEqual(66);
    expect(seen.shed).toBeLessThan(72);
    expect(seen.refused).toBeGreaterThanOrEqual(660);
    expect(seen.refused).toBeLessThan(680);
  });

  it('the steps are taken back in their order once the load has gone, and each once', () => {
    const partition = createPartition();
    partition.pass(20, steady);
    partition.pass(300, overload);
    expect(changesOf(partition.pass(1_500, { arrivals: 100, capacity: 2_000 }))).toEqual(['shed', 'degraded', 'full']);
  });

  it('what was refused is taken again, and the end is full handling', () => {
    const partition = createPartition();
    partition.pass(20, steady);
    partition.pass(700, overload);
    const seen = partition.pass(1_500, { arrivals: 100, capacity: 2_000 });
    expect([seen[0], seen.at(-1)]).toEqual(['refused', 'full']);
  });

  it('a load at the very limit of the scorers does not make the level flicker', () => {
    const partition = createPartition();
    partition.pass(20, steady);
    partition.pass(14, overload);
    const changes = changesOf(partition.pass(600, { arrivals: 100, capacity: 100 }));
    expect(changes).toEqual([...new Set(changes)]);
  });
});

describe('while the scorers are away', () => {
  it('nothing is degraded, shed or refused, neither during five minutes nor while they catch up', () => {
    const partition = createPartition();
    partition.pass(60, steady);
    expect(firsts(partition.pass(300, away))).toEqual({ full: 1 });
    expect(partition.lag()).toMatchObject({ scorers: 'away', ageMs: expect.any(Number) });
    expect(firsts(partition.pass(600, steady))).toEqual({ full: 1 });
    expect(partition.lag()).toMatchObject({ scorers: 'moving', ageMs: 0 });
  });

  it('batches are refused when the topic is about to forget what nobody judged, until they work again', () => {
    const partition = createPartition();
    partition.pass(60, steady);
    expect(firsts(partition.pass(47 * hours, away))).toEqual({ full: 1 });
    const { refused = 0 } = firsts(partition.pass(2 * hours, away));
    expect(refused).toBeGreaterThan(0.9 * hours);
    expect(refused).toBeLessThan(1.1 * hours);
    expect(partition.pass(1, steady)).toEqual(['full']);
  });

  it('and come back too slow, the ladder begins', () => {
    const partition = createPartition();
    partition.pass(60, steady);
    partition.pass(300, away);
    const seen = firsts(partition.pass(200, { arrivals: 100, capacity: 50 }));
    expect(seen.degraded).toBeGreaterThanOrEqual(10);
    expect(seen.degraded).toBeLessThan(20);
    expect(seen.shed).toBeGreaterThanOrEqual(60);
    expect(seen.shed).toBeLessThan(70);
  });
});

describe('of a gateway that knows little', () => {
  it('a group that has committed nothing keeps every batch in full, and its lag is told', () => {
    const partition = createPartition({ committed: -1 });
    expect(firsts(partition.pass(3_600, away))).toEqual({ full: 1 });
    expect(partition.lag()).toMatchObject({ scorers: 'unknown', ageMs: 3_599_000 });
  });

  it('scorers that never committed refuse batches before the topic forgets what nobody judged, until they work', () => {
    const partition = createPartition({ committed: -1, startOffset: 5_000 });
    expect(firsts(partition.pass(48 * hours - 1, away))).toEqual({ full: 1 });
    expect(partition.pass(3, away)).toEqual(['refused', 'refused', 'refused']);
    partition.commitFirst();
    expect(changesOf(partition.pass(1_000, { arrivals: 100, capacity: 100_000 }))).toEqual(['full']);
    expect(partition.lag()).toMatchObject({ scorers: 'moving', ageMs: 0 });
  });

  it('a topic that holds nothing lets nobody wait, and an idle one is not refused when its records are gone', () => {
    const idle: Second = { arrivals: 0, capacity: 0 };
    const partition = createPartition({ committed: -1, startOffset: 5_000, firstOffset: 5_000 });
    expect(firsts(partition.pass(49 * hours, idle))).toEqual({ full: 1 });
    expect(partition.lag()).toMatchObject({ scorers: 'unknown', ageMs: 0 });
    partition.pass(1, away);
    expect(partition.pass(48 * hours, idle).at(-1)).toBe('refused');
    partition.forgetRecords();
    expect(partition.pass(1, idle)).toEqual(['full']);
  });

  it('commits that the broker lost do not make what waits any younger', () => {
    const partition = createPartition();
    partition.pass(60, steady);
    expect(firsts(partition.pass(47 * hours, away))).toEqual({ full: 1 });
    partition.loseCommits();
    const { refused = 0 } = firsts(partition.pass(2 * hours, away));
    expect(refused).toBeGreaterThan(0.9 * hours);
    expect(refused).toBeLessThan(1.1 * hours);
    expect(partition.lag().scorers).toBe('unknown');
  });

  it('a lag that was there at its start counts from its start', () => {
    const partition = createPartition({ startOffset: 1_000_000 });
    const seen = firsts(partition.pass(30, overload));
    expect(seen.degraded).toBeGreaterThanOrEqual(10);
    expect(seen.shed).toBeUndefined();
  });
});

describe('the readings kept', () => {
  it('are thinned out with the lag, and still tell its age', () => {
    const track = createLagTrack({ patienceMs });
    track.take({ atMs: 0, firstOffset: 0, endOffset: 1, committedOffset: 0 });
    let lag: PartitionLag | undefined;
    for (let second = 1; second <= 200_000; second++) {
      lag = track.take({
        atMs: second * 1_000,
        firstOffset: 0,
        endOffset: second,
        committedOffset: Math.max(1, second >> 1),
      });
    }
    const age = 100_000 * 1_000;
    expect(Math.abs((lag?.ageMs ?? 0) - age)).toBeLessThan(0.01 * age);
  });

  it('survive commits that went back, as after a state store lost its tail', () => {
    const track = createLagTrack({ patienceMs });
    track.take({ atMs: 0, firstOffset: 0, endOffset: 100, committedOffset: 100 });
    track.take({ atMs: 1_000, firstOffset: 0, endOffset: 200, committedOffset: 150 });
    expect(track.take({ atMs: 2_000, firstOffset: 0, endOffset: 200, committedOffset: 50 })).toMatchObject({
      ageMs: 1_000,
    });
  });
});
