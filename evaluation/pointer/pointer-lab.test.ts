import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { missingStrokeFeature, type StrokeVector, strokeFeatureCount } from '../../detection/features/stroke-vector.ts';
import { createSeededRandom } from '../../platform/seeded-random.ts';
import { alarmedStream, alarmThreshold, pointerAlarms, trainingStreams } from './alarm-threshold.ts';
import { pairsOf, studyLabelled, studyOpenPair } from './balabit-study.ts';
import { backgroundOf, enrolmentOf, judgeAccount, type PointerMode, sessionScores } from './judged-account.ts';
import { trialsOf } from './pointer-report.ts';
import { plainRates, shuffledLabels, trialFigures } from './pointer-trials.ts';
import { judgeFold, judgeStretches, stretchesOf } from './sapimouse-study.ts';
import type { StrokeAccount, StrokeSession } from './stroke-accounts.ts';
import { judgeOwnStrokes, scoreSession, scoreStream } from './stroke-judge.ts';
import { runTakeOvers, takeOverFigures } from './take-over-figures.ts';
import { windowHistory } from './window-models.ts';
import { windowStatistics } from './window-statistics.ts';

/** A made-up person: features scatter around the person's own, which shift a little from session to session. */
function madeUp(name: string, sessions: number, strokes: number): StrokeAccount {
  const random = createSeededRandom('pointer laboratory').fork(name);
  const own = Float64Array.from({ length: strokeFeatureCount }, () => random.normal(0, 0.5));
  const session = (s: number): StrokeSession => {
    const day = Float64Array.from({ length: strokeFeatureCount }, () => random.normal(0, 0.15));
    const made = Array.from({ length: strokes }, (): StrokeVector => {
      const kind = random.integer(3);
      const features = own.map((value, f) => value + day[f]! + random.normal(0, 1));
      if (kind !== 1) features.fill(missingStrokeFeature, 1, 3);
      return { features, kind, sector: random.integer(8) };
    });
    return { name: `${s}`, actor: 'owner', strokes: made, endsMs: Float64Array.from(made, (_, i) => 1_000 * (i + 1)) };
  };
  const all = Array.from({ length: sessions }, (_, s) => session(s));
  return { name, enrolment: all.slice(0, -2), later: all.slice(-2) };
}

const accounts = Array.from({ length: 10 }, (_, i) => madeUp(`person ${i}`, 5, 40));
/** Like Balabit: behind an account's later sessions come two of somebody else. */
const labelled = accounts.map((account, a) => {
  const other = accounts[(a + 3) % accounts.length]!;
  const foreign = other.later.map((session) => ({
    ...session,
    name: `foreign ${session.name}`,
    actor: 'impostor' as const,
  }));
  return { ...account, later: [...account.later, ...foreign] };
});
const studied = labelled.slice(0, 3).map((account) => studyLabelled(labelled, account));

describe('the pointer laboratory on made-up people', () => {
  it('tells owners from strangers in both modes', () => {
    const sessions = studied.flatMap(({ later }) => later);
    for (const mode of ['oneClass', 'likelihoodRatio', 'cohort'] as const) {
      expect(plainRates(trialsOf(sessions, mode)).auc).toBeGreaterThan(0.9);
    }
  });

  it('finds nothing under shuffled templates', () => {
    const fold = {
      judged: accounts.slice(0, 10),
      background: Array.from({ length: 8 }, (_, i) => madeUp(`other ${i}`, 4, 40)),
    };
    const templates = judgeFold(fold);
    const auc = (turn: number, mode: PointerMode) => {
      const turned = templates.map((_, t) => templates[(t + turn) % templates.length]!);
      return plainRates(trialsOf(judgeStretches(fold.judged, turned, 15), mode)).auc;
    };
    for (const mode of ['oneClass', 'cohort'] as const) {
      const turns = [1, 2, 3].map((turn) => auc(turn, mode));
      expect(Math.abs(turns.reduce((sum, value) => sum + value, 0) / turns.length - 0.5)).toBeLessThan(0.1);
      expect(auc(0, mode)).toBeGreaterThan(0.85);
    }
  });

  it('finds nothing under shuffled labels, however well the scores tell people apart', () => {
    const trials = [...'abcdefgh'].flatMap((account) =>
      Array.from({ length: 40 }, (_, i) => ({ account, genuine: i < 15, strokes: 50, score: i < 15 ? i : 100 + i })),
    );
    expect(plainRates(trials).auc).toBe(1);
    expect(Math.abs(shuffledLabels(trials).auc - 0.5)).toBeLessThan(0.05);
  });

  it('reads no other account in one-class mode', () => {
    const [first, ...others] = labelled;
    const strange = others.map((account) => ({ ...madeUp(`strange ${account.name}`, 5, 40), name: account.name }));
    const again = studyLabelled([first!, ...strange], first!);
    for (const [s, { scores }] of again.later.entries()) {
      expect(scores.oneClass).toBe(studied[0]!.later[s]!.scores.oneClass);
      expect(scores.likelihoodRatio).not.toBe(studied[0]!.later[s]!.scores.likelihoodRatio);
    }
  });

  it('refuses to judge an account against a background of itself', () => {
    const background = backgroundOf(accounts.slice(0, 8));
    expect(() => judgeAccount('person 3', enrolmentOf(accounts[3]!), background)).toThrow(RangeError);
  });

  it('judges pairs of the open set without what either of them did', () => {
    const [first, second] = [accounts[0]!, accounts[1]!];
    const { sessions } = studyOpenPair(accounts, [first, second], new Map());
    const background = backgroundOf(accounts.slice(2));
    const judged = judgeAccount(first.name, enrolmentOf(first), background);
    const foreign = sessions.find(({ account, person }) => account === first.name && person === second.name);
    expect(foreign?.scores).toEqual(sessionScores(judged, second.later[0]!.strokes));
    expect(sessions).toHaveLength(8);
    expect(pairsOf(accounts)).toHaveLength(45);
  });

  it('gives a stream the score of a whole window at its last stroke', () => {
    const judge = judgeOwnStrokes(enrolmentOf(accounts[0]!));
    const { strokes } = accounts[1]!.later[0]!;
    const stream = scoreStream(judge, strokes, 100);
    expect(stream).toHaveLength(strokes.length);
    expect(stream.at(-1)).toBeCloseTo(scoreSession(judge, strokes), 8);
    expect(scoreStream(judge, strokes, 10).at(-1)).toBeCloseTo(scoreSession(judge, strokes.slice(-10)), 8);
    expect(() => scoreSession(judge, [])).toThrow(RangeError);
  });

  it('cuts sessions by the clock, and leaves out stretches of fewer than three strokes', () => {
    const session = accounts[0]!.later[0]!;
    expect(stretchesOf(session, 15).map((stretch) => stretch.length)).toEqual([14, 15, 11]);
    expect(stretchesOf({ ...session, strokes: session.strokes.slice(0, 2) }, 60)).toEqual([]);
  });
});

describe('alarms of score streams', () => {
  const streams = fc.array(
    fc
      .array(fc.integer({ min: -20, max: 20 }), { minLength: 10, maxLength: 120 })
      .map((values) => Float64Array.from(values)),
    { minLength: 1, maxLength: 30 },
  );

  it('come no more often than promised on the streams that set the threshold', () => {
    fc.assert(
      fc.property(streams, fc.constantFrom(0.5, 1, 5, 20), (training, falseAlarmsPer1k) => {
        const options = { ...pointerAlarms, falseAlarmsPer1k };
        const threshold = alarmThreshold(training, options);
        const alarms = training.filter((stream) => alarmedStream(stream, threshold, options).events !== null);
        const strokes = training.reduce((sum, stream) => sum + stream.length, 0);
        expect(alarms.length).toBeLessThanOrEqual((falseAlarmsPer1k * strokes) / 1_000);
      }),
    );
  });

  it('never come before the first stroke that may alarm, and count strokes from one', () => {
    const scores = Float64Array.from({ length: 30 }, (_, i) => (i === 2 || i === 19 ? 9 : 0));
    expect(alarmedStream(scores, 5, pointerAlarms)).toEqual({ events: 20, length: 30 });
    expect(alarmedStream(scores, 9, pointerAlarms)).toEqual({ events: null, length: 30 });
    expect(alarmThreshold([], pointerAlarms)).toBe(Number.POSITIVE_INFINITY);
  });

  it('come from streams of a hundred strokes, and rests of twenty', () => {
    const lengths = (strokes: number) =>
      trainingStreams(Array.from({ length: strokes }), pointerAlarms).map((s) => s.length);
    expect([lengths(19), lengths(20), lengths(219), lengths(220)]).toEqual([[], [20], [100, 100], [100, 100, 20]]);
  });

  it('are told as shares of impostor sessions and per thousand genuine strokes', () => {
    const flat = (value: number, length: number) => new Float64Array(length).fill(value);
    const account = {
      account: 'a',
      training: Array.from({ length: 20 }, (_, i) => flat(i, 100)),
      genuine: [flat(0, 400), flat(18, 100)],
      impostor: [flat(30, 50), flat(1, 50)],
    };
    const figures = takeOverFigures(runTakeOvers([account], 'own', pointerAlarms));
    expect(figures).toMatchObject({
      caughtWithin10Strokes: 0.5,
      caughtWithin60Strokes: 0.5,
      neverCaughtShare: 0.5,
      medianStrokes: null,
      medianStrokesOfCaught: 10,
      falseAlarmSessions: 1,
    });
    expect(figures.falseAlarmsPer1kStrokes).toBeCloseTo(1_000 / 410, 9);
    expect(runTakeOvers([account], 'operator', pointerAlarms)).toEqual(runTakeOvers([account], 'own', pointerAlarms));
  });
});

describe('figures of trials', () => {
  const trial = (genuine: boolean, strokes: number, score: number) => ({ account: 'a', genuine, strokes, score });

  it('are told by how many strokes there were', () => {
    const figures = trialFigures([trial(true, 10, 0), trial(false, 10, -1), trial(true, 70, 0), trial(false, 95, 1)]);
    expect(figures).toMatchObject({ auc: 0.5, aucBelow30Strokes: 0, aucFrom60Actions: 1 });
    expect(figures.byLength.from90.trials).toBe(1);
    expect(figures.byLength.from30to60.auc).toBeNaN();
    expect(figures.perUser['a']?.trials).toBe(4);
  });
});

describe('statistics of a window', () => {
  const { strokes } = accounts[0]!.later[0]!;

  it('hold shares of kinds that sum to 1, and nothing for fewer than three strokes', () => {
    const vector = windowStatistics(strokes);
    expect(vector.slice(0, 6).reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
    expect(windowStatistics(strokes.slice(0, 2)).every(Number.isNaN)).toBe(true);
  });

  it('do not depend on the order of the strokes', () => {
    const [there, back] = [windowStatistics(strokes), windowStatistics([...strokes].reverse())];
    for (const [f, value] of there.entries()) expect(back[f]).toBeCloseTo(value, 9);
  });

  it('are finite once scaled, missing numbers included', () => {
    const { rows } = windowHistory(enrolmentOf(accounts[0]!));
    expect(rows.every((row) => row.every((value) => Math.abs(value) <= 4))).toBe(true);
  });
});
