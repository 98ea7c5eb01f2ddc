import { createSeededRandom } from '../../platform/seeded-random.ts';
import { type Recordings, RecordingsMalformed } from '../recordings/recordings.ts';
import type { Curve, SuiteContext, SuiteResult } from '../suites/suite.ts';
import { pointerAlarms } from './alarm-threshold.ts';
import { lengthCurve, timeToDetectCurve } from './balabit-curves.ts';
import { backgroundOf, enrolmentOf, judgeAccount, type PointerMode, pointerModes } from './judged-account.ts';
import { meanOfRecords } from './mean-of-records.ts';
import { scoreSetsOf, trialsOf } from './pointer-report.ts';
import { plainRates, shuffledLabels, trialFigures } from './pointer-trials.ts';
import {
  type FoldStreams,
  foldBackground,
  foldStreams,
  foldsOf,
  type JudgedSeconds,
  type JudgedStretch,
  judgeClosedSet,
  judgedSeconds,
  judgeFold,
  judgeStretches,
} from './sapimouse-study.ts';
import { readStrokeAccounts, type StrokeAccount } from './stroke-accounts.ts';
import { runTakeOvers, takeOverFigures } from './take-over-figures.ts';

/** Six folds leave a background of some 52 of 62 people; of fewer people so many that two are judged in each. */
const mostFolds = 6;
/** Two folds of an owner and an impostor. */
const fewestPeople = 4;

function foldCount(people: number): number {
  return Math.min(mostFolds, people >> 1);
}

interface Partition {
  stretches: Record<JudgedSeconds, JudgedStretch[]>;
  streams: FoldStreams[];
  shuffled: JudgedStretch[];
}

function studyPartition(accounts: readonly StrokeAccount[], seed: number, most: number): Partition {
  const shuffled = createSeededRandom(`partition ${seed}`).shuffled(accounts);
  const partition: Partition = { stretches: { 15: [], 30: [], 60: [] }, streams: [], shuffled: [] };
  for (const fold of foldsOf(shuffled, foldCount(shuffled.length)).slice(0, most)) {
    const others = foldBackground(fold);
    const templates = judgeFold(fold, others);
    for (const seconds of judgedSeconds) {
      partition.stretches[seconds].push(...judgeStretches(fold.judged, templates, seconds));
    }
    partition.streams.push(...foldStreams(fold, templates, others));
    // Everybody has the template of the next person of the fold.
    const turned = templates.map((_, t) => templates[(t + 1) % templates.length]!);
    partition.shuffled.push(...judgeStretches(fold.judged, turned, 15));
  }
  return partition;
}

function takeOversOf(streams: readonly FoldStreams[], mode: PointerMode, source: 'own' | 'operator') {
  const ofMode = streams.map(({ account, training, genuine, impostor }) => ({
    account,
    training: training.map((stream) => stream[mode]),
    genuine: genuine.map((stream) => stream[mode]),
    impostor: impostor.map((stream) => stream[mode]),
  }));
  return runTakeOvers(ofMode, source, pointerAlarms);
}

function modeFigures({ stretches, streams }: Partition, mode: PointerMode) {
  const bySeconds = Object.fromEntries(
    judgedSeconds.map((seconds) => [`s${seconds}`, trialFigures(trialsOf(stretches[seconds], mode))]),
  );
  const minute = trialsOf(stretches[60], mode);
  return {
    ...trialFigures(minute),
    ...bySeconds,
    openSet: plainRates(minute),
    shuffledLabels: shuffledLabels(minute),
    takeover: takeOverFigures(takeOversOf(streams, mode, mode === 'oneClass' ? 'own' : 'operator')),
  };
}

/** Numbers of background accounts, as far as the set has them. */
const backgroundSizes = [8, 10, 20, 30, 45];
/** People who are judged beside the largest background. */
const judgedBesideBackground = 16;

function cohortSizeCurve(
  accounts: readonly StrokeAccount[],
  seeds: readonly number[],
  onStep: SuiteContext['onStep'],
): Curve {
  const sizes = backgroundSizes.filter((size) => size + judgedBesideBackground <= accounts.length);
  const points = sizes.map((size, s) => {
    const aucs = seeds.map((seed, d) => {
      const shuffled = createSeededRandom(`sizes ${seed}`).shuffled(accounts);
      const judged = shuffled.slice(0, judgedBesideBackground);
      const templates = judgeFold({ judged, background: shuffled.slice(judgedBesideBackground).slice(0, size) });
      onStep('sizes of the background', s * seeds.length + d + 1, sizes.length * seeds.length);
      return judgedSeconds.map(
        (seconds) => plainRates(trialsOf(judgeStretches(judged, templates, seconds), 'cohort')).auc,
      );
    });
    return { size, aucs };
  });
  return {
    id: 'cohort-size',
    title: 'AUC over the number of people in the background',
    xLabel: 'people in the background',
    yLabel: 'AUC, cohort',
    series: judgedSeconds.map((seconds, s) => ({
      name: `${seconds} s`,
      points: points.map(({ size, aucs }) => ({
        x: size,
        y: aucs.reduce((sum, auc) => sum + auc[s]!, 0) / aucs.length,
      })),
    })),
  };
}

const enrolledStrokes = [25, 50, 75, 100, 150, 200];

function enrolmentSizeCurve(accounts: readonly StrokeAccount[], seed: number, onStep: SuiteContext['onStep']): Curve {
  const shuffled = createSeededRandom(`partition ${seed}`).shuffled(accounts);
  const foldList = foldsOf(shuffled, foldCount(shuffled.length)).map((fold) => ({
    ...fold,
    others: foldBackground(fold),
  }));
  const points = enrolledStrokes.map((strokes, s) => {
    const stretches = foldList.flatMap(({ judged, others }) => {
      const templates = judged.map((account) =>
        judgeAccount(
          account.name,
          enrolmentOf(account).map((session) => session.slice(0, strokes)),
          others,
        ),
      );
      return judgeStretches(judged, templates, 30);
    });
    onStep('sizes of the enrolment', s + 1, enrolledStrokes.length);
    return { strokes, stretches };
  });
  return {
    id: 'enrolment-size',
    title: 'AUC at 30 s over the strokes enrolled with',
    xLabel: 'first strokes of the enrolment',
    yLabel: 'AUC',
    series: (['oneClass', 'cohort'] as const).map((mode) => ({
      name: mode,
      points: points.map(({ strokes, stretches }) => ({ x: strokes, y: plainRates(trialsOf(stretches, mode)).auc })),
    })),
  };
}

/** People against a background of other people in another place. */
function foreignBackground(accounts: readonly StrokeAccount[], foreign: readonly StrokeAccount[]) {
  const background = backgroundOf(foreign);
  const templates = accounts.map((account) => judgeAccount(account.name, enrolmentOf(account), background));
  return {
    accounts: foreign.length,
    ...Object.fromEntries(
      judgedSeconds.map((seconds) => {
        const stretches = judgeStretches(accounts, templates, seconds);
        return [
          `s${seconds}`,
          {
            likelihoodRatio: plainRates(trialsOf(stretches, 'likelihoodRatio')),
            cohort: plainRates(trialsOf(stretches, 'cohort')),
          },
        ];
      }),
    ),
  };
}

const notes = [
  'Three minutes enrol, non-overlapping stretches of the first minute of the later session are judged; impostors are other people’s stretches. Sessions are read through the project’s own collector: 4 ms, at most 64 points a stroke.',
  'cohort: people are dealt into six folds; each fold is judged against a background of the other five, so neither the judged nor their impostors are in it (open set). Figures are means over one partition per seed; s60 and the figures without seconds are over the whole minute.',
  'closedSet: the background holds everybody else’s enrolment, impostors included; it must learn how sessions differ from halves of one session, so it is not the same recipe.',
  'The settings of the background (blocks of 5 strokes, all directions) were chosen here, by folds; the weight of the own score on Balabit’s training sessions.',
  'takeover: in cohort mode one threshold for all judged people, in one-class mode each their own, from each half of an enrolment under a template of the other half; one enrolled session says little about the next, and the promise is missed by as much as falseAlarmsPer1kStrokes says.',
  'Everybody plays the same game, twice, on the same device: the device may be part of what is recognised. drift: there is one later session.',
];

/** Everything the pointer suite reports on SapiMouse's people. @throws RecordingsMalformed for fewer than four people */
export async function runSapimouse(
  recordings: Recordings,
  foreign: Recordings | undefined,
  context: SuiteContext,
): Promise<SuiteResult> {
  const { form, seeds, onStep } = context;
  const accounts = await readStrokeAccounts(recordings, (done) => onStep('reading people', done, 0));
  if (accounts.length < fewestPeople) {
    throw new RecordingsMalformed(
      `${accounts.length} people with a pointer: background, owner and impostor take at least ${fewestPeople}`,
    );
  }
  const partitions = seeds.map((seed, s) => {
    const partition = studyPartition(accounts, seed, form === 'full' ? mostFolds : 1);
    onStep('folds of people', s + 1, seeds.length);
    return partition;
  });
  const figures: Record<string, unknown> = Object.fromEntries(
    pointerModes.map((mode) => [mode, meanOfRecords(partitions.map((partition) => modeFigures(partition, mode)))]),
  );
  figures['shuffledTemplates'] = Object.fromEntries(
    pointerModes.map((mode) => [
      mode,
      meanOfRecords(partitions.map(({ shuffled }) => plainRates(trialsOf(shuffled, mode)))),
    ]),
  );
  const [first] = partitions;
  if (first === undefined) throw new RangeError('no seed to partition people with');
  const streams = first.streams.flatMap(({ account, genuine, impostor }) => [
    ...genuine.map((stream) => ({ account, genuine: true, streams: stream })),
    ...impostor.map((stream) => ({ account, genuine: false, streams: stream })),
  ]);
  const curves: Curve[] = [
    lengthCurve(streams),
    timeToDetectCurve({
      cohort: takeOversOf(first.streams, 'cohort', 'operator'),
      'one-class': takeOversOf(first.streams, 'oneClass', 'own'),
    }),
  ];
  if (form === 'full') {
    const closed = judgeClosedSet(accounts);
    onStep('closed set', 1, 1);
    figures['closedSet'] = Object.fromEntries(
      judgedSeconds.map((seconds) => {
        const stretches = judgeStretches(accounts, closed, seconds);
        return [
          `s${seconds}`,
          Object.fromEntries(pointerModes.map((mode) => [mode, plainRates(trialsOf(stretches, mode))])),
        ];
      }),
    );
    if (foreign !== undefined) {
      const others = await readStrokeAccounts(foreign, (done) => onStep('reading a foreign background', done, 0));
      figures['foreignBackground'] = foreignBackground(accounts, others);
    }
    curves.push(cohortSizeCurve(accounts, seeds, onStep), enrolmentSizeCurve(accounts, seeds[0] ?? 1, onStep));
  }
  return {
    suite: 'sapimouse',
    figures,
    scoreSets: judgedSeconds.flatMap((seconds) => scoreSetsOf(`${seconds} s`, first.stretches[seconds])),
    curves,
    notes,
  };
}
