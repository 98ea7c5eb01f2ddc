import { createSeededRandom } from '../../platform/seeded-random.ts';
import { caughtCurve } from '../metrics/time-to-detect.ts';
import type { Curve } from '../suites/suite.ts';
import { laterOf } from './balabit-study.ts';
import { backgroundOf, enrolmentOf, judgeAccount, type PointerMode, sessionScores } from './judged-account.ts';
import { type PointerTrial, plainRates } from './pointer-trials.ts';
import type { StrokeAccount } from './stroke-accounts.ts';
import type { TakeOverRun } from './take-over-figures.ts';

type Scored = { trial: Omit<PointerTrial, 'score'>; scores: Record<PointerMode, number> };

/** Figures of each mode over the same sessions. */
function aucOf(scored: readonly Scored[], mode: PointerMode): number {
  return plainRates(scored.map(({ trial, scores }) => ({ ...trial, score: scores[mode] }))).auc;
}

/** Every labelled session with at least `least` strokes under templates that are made by `judge`; only `strokes` of it. */
function judgeLabelled(
  accounts: readonly StrokeAccount[],
  judge: (account: StrokeAccount) => ReturnType<typeof judgeAccount>,
): Scored[] {
  return accounts.flatMap((account) => {
    const judged = judge(account);
    return [...laterOf(account, 'owner'), ...laterOf(account, 'impostor')].map(({ strokes, actor }) => ({
      trial: { account: account.name, genuine: actor === 'owner', strokes: strokes.length },
      scores: sessionScores(judged, strokes),
    }));
  });
}

/** Numbers of background accounts; fewer than eight are refused in earnest. */
const backgroundSizes = [3, 5, 7, 8];

/** Area under the curve over how many accounts, drawn by lot, make the background. */
export function cohortSizeCurve(
  accounts: readonly StrokeAccount[],
  draws: readonly number[],
  onStep: (done: number, total: number) => void,
): Curve {
  const sizes = backgroundSizes.filter((size) => size < accounts.length);
  const total = sizes.length * draws.length;
  const points = sizes.flatMap((size, s) =>
    draws.map((draw, d) => {
      const random = createSeededRandom(`cohort of ${size}, draw ${draw}`);
      const scored = judgeLabelled(accounts, (account) => {
        const others = accounts.filter((other) => other !== account);
        const background = backgroundOf(random.fork(account.name).shuffled(others).slice(0, size));
        return judgeAccount(account.name, enrolmentOf(account), background);
      });
      onStep(s * draws.length + d + 1, total);
      return { size, likelihoodRatio: aucOf(scored, 'likelihoodRatio'), cohort: aucOf(scored, 'cohort') };
    }),
  );
  const series = (mode: 'likelihoodRatio' | 'cohort') => ({
    name: mode,
    points: sizes.map((size) => {
      const here = points.filter((point) => point.size === size);
      return { x: size, y: here.reduce((sum, point) => sum + point[mode], 0) / here.length };
    }),
  });
  return {
    id: 'cohort-size',
    title: "AUC over the number of the operator's accounts in the background",
    xLabel: 'accounts in the background',
    yLabel: 'AUC, labelled sessions',
    series: [series('likelihoodRatio'), series('cohort')],
  };
}

const modesInCurves = ['oneClass', 'cohort'] as const;
const enrolledSessions = [1, 2, 3, 4, 5];
const enrolledStrokes = [25, 50, 100, 200, 400];

/** Area under the curve over how many sessions, and how many strokes of each, enrol; backgrounds see everything. */
export function enrolmentSizeCurves(
  accounts: readonly StrokeAccount[],
  onStep: (done: number, total: number) => void,
): Curve[] {
  const backgrounds = new Map(
    accounts.map((account) => [account, backgroundOf(accounts.filter((other) => other !== account))]),
  );
  const total = enrolledSessions.length + enrolledStrokes.length;
  let done = 0;
  const curve = (
    title: string,
    xLabel: string,
    xs: readonly number[],
    cut: (sessions: ReturnType<typeof enrolmentOf>, x: number) => ReturnType<typeof enrolmentOf>,
  ): Curve => {
    const points = xs.map((x) => {
      const scored = judgeLabelled(accounts, (account) =>
        judgeAccount(account.name, cut(enrolmentOf(account), x), backgrounds.get(account)!),
      );
      onStep(++done, total);
      return { x, oneClass: aucOf(scored, 'oneClass'), cohort: aucOf(scored, 'cohort') };
    });
    return {
      id: 'enrolment-size',
      title,
      xLabel,
      yLabel: 'AUC, labelled sessions',
      series: modesInCurves.map((name) => ({ name, points: points.map((point) => ({ x: point.x, y: point[name] })) })),
    };
  };
  return [
    curve('AUC over the number of sessions enrolled with', 'last sessions', enrolledSessions, (sessions, x) =>
      sessions.slice(-x),
    ),
    curve(
      'AUC over the strokes of every session enrolled with',
      'first strokes of a session',
      enrolledStrokes,
      (sessions, x) => sessions.map((session) => session.slice(0, x)),
    ),
  ];
}

const lengths = [5, 10, 15, 20, 30, 40, 50, 60, 80];

/** A session of which the scores of growing windows are known. */
export interface GrowingSession {
  account: string;
  genuine: boolean;
  streams: Record<PointerMode, Float64Array>;
}

/** Area under the curve after the first strokes of the sessions that have as many. */
export function lengthCurve(sessions: readonly GrowingSession[]): Curve {
  const at = (mode: PointerMode, strokes: number) =>
    plainRates(
      sessions
        .filter(({ streams }) => streams[mode].length >= strokes)
        .map(({ account, genuine, streams }) => ({ account, genuine, strokes, score: streams[mode][strokes - 1]! })),
    ).auc;
  return {
    id: 'length',
    title: 'AUC over the strokes judged',
    xLabel: 'first strokes of a session',
    yLabel: 'AUC, sessions with as many strokes',
    series: modesInCurves.map((name) => ({ name, points: lengths.map((x) => ({ x, y: at(name, x) })) })),
  };
}

const caughtAt = [10, 12, 15, 20, 25, 30, 40, 50, 60, 80, 100];

/** Share of impostor sessions that alarmed by a stroke. */
export function timeToDetectCurve(runs: Readonly<Record<string, TakeOverRun>>): Curve {
  return {
    id: 'time-to-detect',
    title: 'Impostor sessions caught, at one first false alarm per 1,000 strokes',
    xLabel: 'strokes',
    yLabel: 'share caught',
    series: Object.entries(runs).map(([name, { impostor }]) => ({ name, points: caughtCurve(impostor, caughtAt) })),
  };
}
