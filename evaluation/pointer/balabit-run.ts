import { strokeBackgroundOptions } from '../../detection/cohort/stroke-background.ts';
import { createSeededRandom } from '../../platform/seeded-random.ts';
import { acrossSeeds } from '../metrics/across-seeds.ts';
import { errorRates } from '../metrics/error-rates.ts';
import { type Recordings, RecordingsMalformed } from '../recordings/recordings.ts';
import type { Curve, SuiteContext, SuiteResult } from '../suites/suite.ts';
import { pointerAlarms } from './alarm-threshold.ts';
import { cohortSizeCurve, enrolmentSizeCurves, lengthCurve, timeToDetectCurve } from './balabit-curves.ts';
import {
  type JudgedStream,
  type LabelledAccount,
  ownJudges,
  pairsOf,
  studyClosedSet,
  studyLabelled,
  studyOpenPair,
} from './balabit-study.ts';
import { detectorScores } from './detector-scores.ts';
import {
  backgroundOf,
  enrolmentOf,
  judgeAccount,
  leastAccounts,
  type PointerMode,
  pointerModes,
  sessionScores,
} from './judged-account.ts';
import { scoreSetsOf, trialsOf } from './pointer-report.ts';
import { plainRates, shuffledLabels, trialFigures, userScoresOf } from './pointer-trials.ts';
import { readStrokeAccounts, type StrokeAccount } from './stroke-accounts.ts';
import { type AccountStreams, runTakeOvers, takeOverFigures } from './take-over-figures.ts';

type Step = SuiteContext['onStep'];

/** Of the accounts every so manieth is judged; all of them make backgrounds. */
const judgedEvery = { full: 1, short: 3 } as const;
/** Of the judged ones every so manieth makes pairs that are judged with both outside the background. */
const pairedEvery = { full: 1, short: 2 } as const;
/** Of more pairs than these some are drawn by lot: each needs a background of its own. */
const mostPairs = 45;
/** One is judged, one is its impostor, and the others make the background. */
const fewestAccounts = leastAccounts + 2;

function streamsOf(
  labelled: readonly LabelledAccount[],
  mode: PointerMode,
  impostorsOf: (account: LabelledAccount) => readonly JudgedStream[],
): AccountStreams[] {
  return labelled.map((account) => ({
    account: account.account,
    training: account.training.map((streams) => streams[mode]),
    genuine: account.later.filter(({ genuine }) => genuine).map(({ streams }) => streams[mode]),
    impostor: impostorsOf(account).map(({ streams }) => streams[mode]),
  }));
}

const foreignOf = (account: LabelledAccount) => account.later.filter(({ genuine }) => !genuine);

/** Pairs of accounts with neither in the background. */
function openStudy(
  accounts: readonly StrokeAccount[],
  labelled: readonly LabelledAccount[],
  every: number,
  onStep: Step,
) {
  const paired = new Set(labelled.filter((_, a) => a % every === 0).map(({ account }) => account));
  const judgedAccounts = accounts.filter(({ name }) => paired.has(name));
  const own = ownJudges(judgedAccounts);
  const pairs = createSeededRandom('pairs').shuffled(pairsOf(judgedAccounts)).slice(0, mostPairs);
  const judged = pairs.map((pair, p) => {
    const { sessions } = studyOpenPair(accounts, pair, own);
    onStep('pairs outside the background', p + 1, pairs.length);
    return sessions;
  });
  const impostors = judged.flatMap((sessions) => sessions.filter(({ genuine }) => !genuine));
  const names = new Set(pairs.flatMap((pair) => pair.map(({ name }) => name)));
  const members = labelled.filter(({ account }) => names.has(account));
  const genuine = members.flatMap(({ later }) => later.filter((session) => session.genuine));
  const sessions = [...genuine, ...impostors];

  function figures(mode: PointerMode) {
    const apart = judged.flatMap((pair) =>
      [...new Set(pair.map(({ account }) => account))].map((account) =>
        plainRates(
          trialsOf(
            pair.filter((session) => session.account === account),
            mode,
          ),
        ),
      ),
    );
    const streams = streamsOf(members, mode, ({ account }) =>
      impostors.filter((session) => session.account === account),
    );
    return {
      ...plainRates(trialsOf(sessions, mode)),
      aucFrom60Actions: plainRates(
        trialsOf(
          sessions.filter(({ strokes }) => strokes >= 60),
          mode,
        ),
      ).auc,
      pairMeanAuc: apart.reduce((sum, rates) => sum + rates.auc, 0) / apart.length,
      pairWorstAuc: Math.min(...apart.map((rates) => rates.auc)),
      takeover: takeOverFigures(runTakeOvers(streams, mode === 'oneClass' ? 'own' : 'operator', pointerAlarms)),
    };
  }
  return { figures, sessions };
}

/**
 * Every account's labelled sessions under the next account's templates: nothing is left to tell owner from stranger, but where
 * the impostor is that next account, whose sessions then look genuine.
 */
function shuffledTemplates(accounts: readonly StrokeAccount[], labelled: readonly LabelledAccount[]) {
  const sessions = labelled.flatMap(({ account, later }, a) => {
    const next = labelled[(a + 1) % labelled.length]!.judged;
    const strokes = accounts.find(({ name }) => name === account)!.later.filter((s) => s.strokes.length > 0);
    return later.map((session, s) => ({ ...session, scores: sessionScores(next, strokes[s]!.strokes) }));
  });
  return Object.fromEntries(pointerModes.map((mode) => [mode, plainRates(trialsOf(sessions, mode))]));
}

/** Labelled sessions against a background of other people in another place. */
function foreignBackground(accounts: readonly StrokeAccount[], foreign: readonly StrokeAccount[]) {
  const background = backgroundOf(foreign, { withLater: true });
  const sessions = accounts.flatMap((account) => {
    const judged = judgeAccount(account.name, enrolmentOf(account), background);
    return account.later
      .filter(({ strokes }) => strokes.length > 0)
      .map(({ strokes, actor }) => ({
        account: account.name,
        genuine: actor === 'owner',
        strokes: strokes.length,
        scores: sessionScores(judged, strokes),
      }));
  });
  return {
    accounts: foreign.length,
    likelihoodRatio: plainRates(trialsOf(sessions, 'likelihoodRatio')),
    cohort: plainRates(trialsOf(sessions, 'cohort')),
  };
}

/** The published detectors over window statistics and single strokes, mean over the seeds. */
async function publishedDetectors(accounts: readonly StrokeAccount[], context: SuiteContext) {
  const runs = await detectorScores(accounts, context);
  return Object.fromEntries(
    Object.entries(runs).map(([detector, bySeed]) => {
      const across = acrossSeeds(bySeed.map((trials) => errorRates(userScoresOf(trials))));
      const from60 = bySeed.map((trials) => plainRates(trials.filter(({ strokes }) => strokes >= 60)).auc);
      return [
        detector,
        {
          ...across,
          eer: across.pooledEer,
          aucFrom60Actions: from60.reduce((sum, auc) => sum + auc, 0) / from60.length,
        },
      ];
    }),
  );
}

const notes = [
  'Training sessions enrol, the labelled ones are judged; sessions are read through the project’s own collector: 4 ms, at most 64 points a stroke.',
  'oneClass: means of an account’s strokes against how its own sessions scatter and differ, no other account is read. cohort: log-likelihood ratio against the other accounts’ training sessions, plus the own score.',
  'closedSet and openSet judge other accounts’ legal sessions, whose person is known: there the impostor’s account is in the background, here it is not. Quote the open set for outsiders. The labelled impostors are among the background’s accounts (closed).',
  'Blocks of 5 strokes and all directions were chosen on SapiMouse; trust in own sessions, weight of the own score and the alarm policy on training sessions here, left out in turn; the labelled sessions were looked at while the form of the model was found.',
  'takeover: one threshold for all accounts of the operator, from training sessions under templates without them; takeoverOwnThreshold: each account its own. Windows of the last 100 strokes, from the 10th on, nominally one first alarm per 1,000 strokes.',
  'drift over sessions: not measured, the recording does not tell when a labelled session happened.',
];

/** What must be said where backgrounds are smaller than the product would take. */
function smallBackground(accounts: number): string[] {
  const { leastContributors } = strokeBackgroundOptions;
  if (accounts - 2 >= leastContributors) return [];
  return [`Backgrounds of ${accounts - 2} accounts and one more: fewer than ${leastContributors} are known to harm.`];
}

/** Everything the pointer suite reports on Balabit's accounts. @throws RecordingsMalformed for fewer than four accounts */
export async function runBalabit(
  recordings: Recordings,
  foreign: Recordings | undefined,
  context: SuiteContext,
): Promise<SuiteResult> {
  const { form, onStep } = context;
  const accounts = await readStrokeAccounts(recordings, (done) => onStep('reading accounts', done, 0));
  if (accounts.length < fewestAccounts) {
    throw new RecordingsMalformed(
      `${accounts.length} pointer accounts: background, owner and impostor take at least ${fewestAccounts}`,
    );
  }
  const judged = accounts.filter((_, a) => a % judgedEvery[form] === 0);
  const labelled = judged.map((account, a) => {
    const studied = studyLabelled(accounts, account);
    onStep('labelled sessions', a + 1, judged.length);
    return studied;
  });
  const later = labelled.flatMap((account) => account.later);
  const open = openStudy(accounts, labelled, pairedEvery[form], onStep);
  const closed = [
    ...later.filter(({ genuine }) => genuine),
    ...labelled.flatMap((account) => studyClosedSet(account, accounts)),
  ];
  const takeOvers = (mode: PointerMode, source: 'own' | 'operator') =>
    runTakeOvers(streamsOf(labelled, mode, foreignOf), source, pointerAlarms);
  const modeFigures = (mode: PointerMode) => ({
    ...trialFigures(trialsOf(later, mode)),
    openSet: open.figures(mode),
    closedSet: plainRates(trialsOf(closed, mode)),
    takeover: takeOverFigures(takeOvers(mode, mode === 'oneClass' ? 'own' : 'operator')),
    shuffledLabels: shuffledLabels(trialsOf(later, mode)),
    ...(mode === 'oneClass' ? {} : { takeoverOwnThreshold: takeOverFigures(takeOvers(mode, 'own')) }),
  });
  const figures: Record<string, unknown> = {
    oneClass: modeFigures('oneClass'),
    cohort: { ...modeFigures('cohort'), likelihoodRatio: modeFigures('likelihoodRatio') },
    shuffledTemplates: shuffledTemplates(accounts, labelled),
  };
  const curves: Curve[] = [
    lengthCurve(later),
    timeToDetectCurve({
      'cohort, one threshold for the operator': takeOvers('cohort', 'operator'),
      'cohort, own thresholds': takeOvers('cohort', 'own'),
      'one-class, own thresholds': takeOvers('oneClass', 'own'),
    }),
  ];
  if (form === 'full') {
    if (foreign !== undefined) {
      const others = await readStrokeAccounts(foreign, (done) => onStep('reading a foreign background', done, 0));
      figures['foreignBackground'] = foreignBackground(accounts, others);
    }
    figures['detectors'] = await publishedDetectors(accounts, context);
    curves.push(
      cohortSizeCurve(accounts, [1, 2], (done, total) => onStep('sizes of the background', done, total)),
      ...enrolmentSizeCurves(accounts, (done, total) => onStep('sizes of the enrolment', done, total)),
    );
  }
  return {
    suite: 'balabit',
    figures,
    scoreSets: [...scoreSetsOf('labelled', later), ...scoreSetsOf('open set', open.sessions)],
    curves,
    notes: [...notes, ...smallBackground(accounts.length)],
  };
}
