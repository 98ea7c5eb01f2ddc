import { beforeAll, describe, expect, it } from '@jest/globals';
import { keystrokeRegularity } from '../../detection/cadence.ts';
import { packKeystrokes } from '../../detection/features/keystroke-window.ts';
import { loadTyping, type TypingSubject } from '../typing/typing-recordings.ts';
import { createWorkforce } from '../workforce/workforce.ts';
import { cadenceStream } from './cadence-stream.ts';
import { outOfFoldEvidence } from './genuine-evidence.ts';
import {
  caughtSeries,
  generatorFigures,
  humanLikeFigures,
  type JudgedHalf,
  regularFigures,
} from './injection-figures.ts';
import {
  halvesOf,
  judgeHalves,
  learnedLimit,
  raisedLimit,
  shippedLimit,
  studySet,
  templateLayerFrom,
} from './typing-injection.ts';

let people: TypingSubject[];
let judged: [JudgedHalf, JudgedHalf];
let study: ReturnType<typeof studySet>;
let layers: ReturnType<typeof templateLayerFrom>[];

beforeAll(async () => {
  people = await loadTyping(createWorkforce({ workers: 48, keysPerSession: 200, strokesPerSession: 5 }));
  const halves = halvesOf(people);
  layers = [templateLayerFrom(halves[1]), templateLayerFrom(halves[0])];
  study = studySet({ halves, layerOf: (half) => layers[half], seeds: [1], burstsPerVictim: 1 }, () => {});
  judged = judgeHalves(study, shippedLimit);
});

describe('injection into made-up people', () => {
  it('keeps everybody in one half, and a template out of the hands of those it is judged by', () => {
    const [first, second] = halvesOf(people);
    expect(new Set([...first, ...second].map(({ name }) => name)).size).toBe(people.length);
    for (const { name } of first) expect(layers[0]?.cohort.background.contributors).not.toContain(name);
    expect(layers[0]?.cohort.background.contributors).toHaveLength(second.length);
  });

  it('is caught: programs by the rules in 25 keys, resampled people by the template in 100', () => {
    const regular = regularFigures(judged);
    expect(regular.detectedIn25Keys).toBeGreaterThan(0.95);
    expect(regular.detectedIn50Keys).toBe(1);
    expect(regular.falseWindowShareNewUsers).toBeLessThan(0.002);
    expect(humanLikeFigures(judged).detectedIn100Keys).toBeGreaterThan(0.7);
    const generators = generatorFigures(judged);
    expect(generators['human-marginals']?.rules100).toBe(0);
    for (const { rules25, rules50, rules100, template100, joint100 } of Object.values(generators)) {
      expect(rules25).toBeLessThanOrEqual(rules50);
      expect(rules50).toBeLessThanOrEqual(rules100);
      expect(joint100).toBeGreaterThanOrEqual(Math.max(rules100, template100));
    }
    for (const { points } of caughtSeries(judged)) {
      expect(points.map(({ y }) => y)).toEqual([...points.map(({ y }) => y)].sort((a, b) => a - b));
    }
  });

  it('takes each half its limits from the other', () => {
    const [first, second] = study;
    const changed = { ...second, people: second.people.slice(0, 3) };
    const [ofFirst, ofSecond] = judgeHalves([first, changed], raisedLimit);
    expect(ofSecond.limits).toEqual(judgeHalves(study, raisedLimit)[1].limits);
    expect(ofFirst.limits.cadence).toBeGreaterThanOrEqual(1);
    expect(judgeHalves([first, changed], learnedLimit)[0].limits.cadence).toBe(
      Math.max(...changed.people.map(({ cadence }) => Math.max(...cadence))),
    );
  });

  it('stands on the rules alone where nobody lends a background', () => {
    expect(templateLayerFrom(people.slice(0, 5))).toBeUndefined();
    const halves = halvesOf(people.slice(0, 10));
    const alone = studySet({ halves, layerOf: () => undefined, seeds: [1], burstsPerVictim: 1 }, () => {});
    const figures = generatorFigures(judgeHalves(alone, shippedLimit));
    expect(figures['constant']).toMatchObject({ rules25: 1, template100: 0, joint100: 1 });
  });

  it('has out-of-fold evidence of each enrolment session, from accounts that never saw it', () => {
    const some = people.slice(0, 3);
    const layer = layers[0];
    if (layer === undefined) throw new Error('no layer');
    const { streams } = outOfFoldEvidence(some, layer);
    expect(streams).toHaveLength(some.reduce((sum, { enrolment }) => sum + enrolment.length, 0));
    for (const { template } of streams) expect(template.some(Number.isFinite)).toBe(true);
  });

  it('reads cadence as the product does, from the last 25 and the last 50 keystrokes', () => {
    const session = people[0]?.enrolment[0];
    if (session === undefined) throw new Error('nobody typed');
    const evidence = cadenceStream(session);
    expect(evidence).toHaveLength(8);
    const window = (from: number, to: number) =>
      keystrokeRegularity(
        packKeystrokes(
          Array.from(session.zonePair.subarray(from, to), (zonePair, i) => {
            const steps = session.pressPressSteps[from + i] ?? -1;
            return {
              zonePair,
              holdMs: (session.holdSteps[from + i] ?? 0) * 5,
              pressPressMs: steps < 0 ? null : steps * 5,
              releasePressMs: steps < 0 ? null : (session.releasePressSteps[from + i] ?? 0) * 5,
            };
          }),
        ),
      );
    expect(evidence[0]).toBeCloseTo(window(0, 25), 12);
    expect(evidence[3]).toBeCloseTo(Math.max(window(75, 100), window(50, 100)), 12);
  });
});
