import {
  type EvidenceRule,
  oneClassTypingEvidenceRule,
  typingEvidenceRule,
} from '../../detection/sequential/evidence-rule.ts';
import type { Tensorflow } from '../../training/tensorflow.ts';
import { mean, standardDeviation } from '../metrics/error-rates.ts';
import type { Curve, SuiteContext } from '../suites/suite.ts';
import type { FreeTextSets } from '../typing/free-text-sets.ts';
import type { TypingSubject } from '../typing/typing-recordings.ts';
import { joinedSamples } from '../typing/typing-windows.ts';
import { cohortAccounts } from './cohort-accounts.ts';
import { cohortSizeCurves, fitStreamCohorts } from './cohort-size-curve.ts';
import { type ContractFigures, contractFigures } from './contract-figures.ts';
import { driftCurve } from './drift-curve.ts';
import { enrolmentCurves } from './enrolment-curve.ts';
import { type InfiltrationFigures, infiltrationFigures } from './infiltration-figures.ts';
import { type InterleavedFigures, interleavedFigures } from './interleaved-figures.ts';
import { oneClassAccounts, type StreamConstants } from './one-class-accounts.ts';
import type { StreamAccount } from './stream-account.ts';
import {
  type StreamTrial,
  streamTrial,
  type TakeoverFigures,
  takeoverFigures,
  timeToDetectSeries,
} from './take-over-figures.ts';
import { foreignSessions, type TakeOverOptions, takeOvers, takeOverWithin } from './take-over-streams.ts';

/** What one mode comes to over streams. */
export interface ModeStreamFigures {
  /** At one false alert per working day (10,000 keys), mean over seeds. */
  takeover: TakeoverFigures & { caughtWithin100KeysSdOverSeeds: number | null };
  /** What a stricter or a laxer contract buys, for the first seed. */
  takeoverByContract: readonly TakeoverFigures[];
  /** Sessions that are somebody else's from the first key on. */
  foreignFromTheStart: TakeoverFigures;
  contract: ContractFigures;
}

export interface StreamFigures {
  oneClass: ModeStreamFigures | undefined;
  cohort:
    | (Omit<ModeStreamFigures, 'contract'> & {
        contract: ContractFigures & {
          /** The owner alone over longer histories, drawn again from the later sessions; `undefined` where there is one session. */
          resampledHistories: InfiltrationFigures | undefined;
        };
        interleaved: readonly InterleavedFigures[];
        infiltration: readonly InfiltrationFigures[];
      })
    | undefined;
}

export interface StreamMeasurement {
  figures: StreamFigures;
  curves: readonly Curve[];
  notes: readonly string[];
}

export interface StreamQuestion {
  set: 'villani' | 'aalto';
  sets: FreeTextSets;
  seeds: readonly number[];
  form: SuiteContext['form'];
  /** With it, one-class mode is measured too; without, cohort mode alone. */
  oneClass: { tf: Tensorflow; constants: StreamConstants } | undefined;
  onStep: SuiteContext['onStep'];
}

const headlineDays = 1;
const contractDays = 20;
const contracts = [0.5, 1, 2, 5, 10, 20, 40] as const;
/** One-class mode fits a network per session left out: of more accounts than these only the first are measured. */
const mostOneClassAccounts = { full: 60, short: 8 } as const;
const infiltrated = { sessions: 40, histories: 4, workingDays: contractDays } as const;

/** Aalto's later sentences were typed in one sitting: one session. */
function subjectsOf(set: StreamQuestion['set'], judged: readonly TypingSubject[]): readonly TypingSubject[] {
  if (set === 'villani') return judged;
  return judged.map((subject) => ({ ...subject, later: [joinedSamples(subject.later)] }));
}

function meanOfFigures(each: readonly TakeoverFigures[]): ModeStreamFigures['takeover'] {
  const [first] = each;
  if (first === undefined) throw new RangeError('take-over figures need at least one seed');
  const meanOf = (of: (figures: TakeoverFigures) => number) => mean(each.map(of));
  const known = (of: (figures: TakeoverFigures) => number | null) => {
    const values = each.map(of).filter((value) => value !== null);
    return values.length > 0 ? mean(values) : null;
  };
  return {
    ...first,
    caughtWithin100Keys: meanOf((figures) => figures.caughtWithin100Keys),
    caughtWithin100KeysSdOverSeeds:
      each.length > 1 ? standardDeviation(each.map((figures) => figures.caughtWithin100Keys)) : null,
    medianKeys: known((figures) => figures.medianKeys),
    p90Keys: known((figures) => figures.p90Keys),
    neverCaught: meanOf((figures) => figures.neverCaught),
    meanKeysToAlarm: meanOf((figures) => figures.meanKeysToAlarm),
  };
}

/** One mode's figures, and the trial of the first seed. */
function measureMode(
  accounts: readonly StreamAccount[],
  options: (seed: number) => TakeOverOptions,
  seeds: readonly number[],
  rule: EvidenceRule,
  onSeed: (done: number) => void,
): { figures: ModeStreamFigures; trial: StreamTrial } {
  const { genuine } = streamTrial(accounts, []);
  const trials = seeds.map((seed, done) => {
    onSeed(done);
    return { accounts, genuine, takeOvers: takeOvers(accounts, options(seed)) };
  });
  const trial = trials[0] ?? { accounts, genuine, takeOvers: [] };
  const foreign = { accounts, genuine, takeOvers: foreignSessions(accounts, options(seeds[0] ?? 1)) };
  return {
    trial,
    figures: {
      takeover: meanOfFigures(trials.map((each) => takeoverFigures(each, headlineDays, rule))),
      takeoverByContract: contracts.map((days) => takeoverFigures(trial, days, rule)),
      foreignFromTheStart: takeoverFigures(foreign, headlineDays, rule),
      contract: contractFigures(trial, contractDays, rule),
    },
  };
}

/** Points of the time-to-detect curve under both contracts. */
function seriesOf(mode: string, trial: StreamTrial, rule: EvidenceRule): Curve['series'] {
  return [headlineDays, contractDays].map((days) => ({
    name: `${mode}, one false alert per ${days === 1 ? 'working day' : `${days} working days`}`,
    points: timeToDetectSeries(trial, days, rule),
  }));
}

/** Take-over, contract, intruders who stay or work beside the owner, and curves over enrolment and background. */
export async function measureStreams(question: StreamQuestion): Promise<StreamMeasurement> {
  const { set, sets, seeds, form, oneClass, onStep } = question;
  const subjects = subjectsOf(set, sets.judged);
  const impostorsPerSession = form === 'short' ? 4 : set === 'villani' ? Number.POSITIVE_INFINITY : 20;
  const options = (seed: number) => ({ seed, ...takeOverWithin[set], impostorsPerSession });
  const seed = seeds[0] ?? 1;
  const few = { ...options(seed), impostorsPerSession: 4 };
  const figures: StreamFigures = { oneClass: undefined, cohort: undefined };
  const series: Curve['series'][number][] = [];
  const curves: Curve[] = [];

  const cohorts = fitStreamCohorts(sets.background);
  if (cohorts !== undefined) {
    onStep('streams, cohort', 0, seeds.length);
    const accounts = cohortAccounts(subjects, cohorts);
    const { figures: mode, trial } = measureMode(accounts, options, seeds, typingEvidenceRule, (done) =>
      onStep('streams, cohort', done, seeds.length),
    );
    const weeks = set === 'villani' ? infiltrationFigures(accounts, { seed, ...infiltrated }, typingEvidenceRule) : [];
    const beside = interleavedFigures(trial, contractDays, seed, typingEvidenceRule);
    const alone = weeks.find(({ foreignShare }) => foreignShare === 0);
    figures.cohort = {
      ...mode,
      contract: { ...mode.contract, resampledHistories: alone },
      interleaved: beside,
      infiltration: weeks,
    };
    series.push(...seriesOf('cohort', trial, typingEvidenceRule));
    curves.push(driftCurve(trial, typingEvidenceRule));
    if (form === 'full' && set === 'villani') {
      onStep('streams, enrolment and background', 0, 0);
      curves.push(...enrolmentCurves(subjects, cohorts, few, typingEvidenceRule));
      curves.push(...cohortSizeCurves(subjects, sets.background, few, typingEvidenceRule));
    }
  }
  if (oneClass !== undefined) {
    onStep('streams, one-class', 0, 0);
    const some = subjects.slice(0, mostOneClassAccounts[form]);
    const accounts = await oneClassAccounts(oneClass.tf, some, oneClass.constants, seed);
    const { figures: mode, trial } = measureMode(accounts, options, [seed], oneClassTypingEvidenceRule, () => {});
    figures.oneClass = mode;
    series.push(...seriesOf('one-class', trial, oneClassTypingEvidenceRule));
    if (curves.length === 0) curves.push(driftCurve(trial, oneClassTypingEvidenceRule));
  }
  const timeToDetect: Curve = {
    id: 'time-to-detect',
    title: 'Take-over in mid-session: share caught',
    xLabel: 'keys since the change of hands',
    yLabel: 'share caught',
    series,
  };
  return { figures, curves: [timeToDetect, ...curves], notes: streamNotes };
}

const streamNotes: readonly string[] = [
  'contract: later sessions are short against 20 working days of 10,000 keys, so an account keeps it with no alert at all, and accountsThatKeepIt says little about the rate: alerts beside promisedAlerts, over all accounts, says more, and contract.resampledHistories follows owners ten times as long, on their own sessions drawn again.',
  'Take-over: a later session of the owner goes on with another person after a drawn number of keys (Villani 100-300, Aalto 50-125); windows around the change hold keys of both. Keys count from the change; take-overs of sessions that had alarmed before are left out and counted.',
  'Thresholds follow from the stated contract alone (a working day is 10,000 keys), by out-of-fold genuine evidence of the enrolment: the account’s own and, for what is usual, that of the other judged accounts, never their judged sessions.',
  'Allowance and bound per window were chosen on Aalto. That a session’s own level moves the allowance, how long evidence is carried, and the slow clock were chosen on Villani, the only set with several sessions: its figures there are a little optimistic.',
  'Infiltration: pieces of 50 foreign keys inside the owner’s later sessions, which are drawn again and again to make 40 sessions; a share of 0 is the owner alone.',
];
