import { describe, expect, it } from '@jest/globals';
import type { RunJudgement } from '../harness/judge-run.ts';
import { failuresOf, figuresOf, percentile, type RunResult, takeoverWithinMs } from './figures.ts';
import type { RowOutcome } from './row.ts';
import { rows } from './rows.ts';

const sound: RunJudgement = {
  ...{
    acked: 100,
    verdicts: 100,
    lost: 0,
    duplicatedIds: 3,
    differingBytes: 0,
    reordered: 0,
    staleAccepted: 0,
    unverifiable: 0,
    templatesUnused: 0,
  },
  ...{ ok: true, report: { findings: [] } },
};
const effective: RowOutcome = { recoveriesMs: [900], proofs: [{ what: 'kills', seen: 1 }] };

describe('percentile', () => {
  it('is the nearest rank, of values in any order, and null of none', () => {
    expect(percentile([], 0.95)).toBeNull();
    expect(percentile([7], 0.5)).toBe(7);
    expect(percentile([40, 10, 30, 20], 0.5)).toBe(20);
    const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
    expect(percentile(hundred, 0.95)).toBe(95);
    expect(percentile(hundred, 1)).toBe(100);
    expect(percentile(hundred, 0)).toBe(1);
  });

  it('compares numbers as numbers', () => {
    expect(percentile([9, 10, 100], 1)).toBe(100);
  });
});

describe('failuresOf', () => {
  it('lets a sound run pass: a repeated id with the same bytes is no failure', () => {
    expect(failuresOf({}, effective, sound)).toEqual([]);
  });

  const promised = ['lost', 'differingBytes', 'reordered', 'staleAccepted', 'unverifiable', 'templatesUnused'] as const;
  it.each(promised)('names %s', (name) => {
    expect(failuresOf({}, effective, { ...sound, [name]: 2 })).toEqual([`${name} is 2, not 0`]);
  });

  it('fails what the replay found beside the promised figures', () => {
    expect(failuresOf({}, effective, { ...sound, ok: false })).toHaveLength(1);
  });

  it('fails a fault that had no effect, a run without load, and a breach of the row itself', () => {
    const idle = { ...effective, proofs: [{ what: 'kills', seen: 1, atLeast: 2 }], breaches: ['as told'] };
    const failures = failuresOf({}, idle, { ...sound, acked: 0 });
    expect(failures).toEqual([
      'nothing was acknowledged, so nothing was proved',
      'the fault had no effect: kills: 1, at least 2 expected',
      'as told',
    ]);
  });

  it('fails a run that was not judged', () => {
    expect(failuresOf({}, effective, undefined)).toEqual(['nothing was judged']);
  });

  it('fails a row that proves nothing at all', () => {
    expect(failuresOf({}, { recoveriesMs: [1], proofs: [] }, sound)).toHaveLength(1);
  });

  it('bounds a take-over, and fails where none was seen', () => {
    const row = { takeover: true };
    const takingOver = (recoveriesMs: number[]) => failuresOf(row, { ...effective, recoveriesMs }, sound);
    expect(takingOver([takeoverWithinMs])).toEqual([]);
    expect(takingOver([takeoverWithinMs + 1])).toHaveLength(1);
    expect(takingOver([])).toEqual(['no take-over was seen']);
    expect(failuresOf({}, { ...effective, recoveriesMs: [takeoverWithinMs + 1] }, sound)).toEqual([]);
  });
});

const result = (seed: number, judgement: RunJudgement | undefined, own: Partial<RunResult> = {}): RunResult => ({
  ...{ seed, judgement, recoveriesMs: [], figures: {}, fencedWrites: seed, failures: [], seconds: 1, ...own },
});

it('figuresOf adds up what was counted and takes percentiles over all seeds', () => {
  const first = result(1, sound, { recoveriesMs: [10, 20], figures: { rewinds: 5 } });
  const second = result(2, sound, { recoveriesMs: [30], figures: { rewinds: 4 } });
  expect(figuresOf({}, [first, second])).toMatchObject({
    ...{
      seeds: [1, 2],
      acked: 200,
      duplicatedIds: 6,
      fencedWrites: 3,
      recoveryMsP50: 20,
      recoveryMsP95: 30,
      rewinds: 5,
    },
  });
});

it('figuresOf does not give 0 for what nobody has looked at', () => {
  const unknown = result(2, undefined, { fencedWrites: undefined });
  const told = figuresOf({}, [result(1, sound), unknown]);
  expect(told).toMatchObject({ acked: null, lost: null, staleAccepted: null, fencedWrites: null });
});

it.each([[[70, 95]], [[95, 70]]])(
  'figuresOf tells the worst end of an own figure, whichever that is (%j)',
  (percents) => {
    const results = percents.map((percent, at) =>
      result(at + 1, sound, { figures: { throughputKeptPercent: percent, calmMs: percent } }),
    );
    const told = figuresOf({ moreIsBetter: ['throughputKeptPercent'] }, results);
    expect(told).toMatchObject({ throughputKeptPercent: 70, calmMs: 95 });
  },
);

it('more is better of what is kept up under a fault', () => {
  const named = rows.flatMap(({ name, moreIsBetter = [] }) => moreIsBetter.map((figure) => [name, figure]));
  expect(named).toContainEqual(['rebalance-storm', 'throughputKeptPercent']);
  expect(named).toContainEqual(['bad-network', 'latencyToClientVerdictsPerSecond']);
});
