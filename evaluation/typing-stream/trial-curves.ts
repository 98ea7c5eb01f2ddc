import type { EvidenceRule } from '../../detection/sequential/evidence-rule.ts';
import { errorRates, mean } from '../metrics/error-rates.ts';
import type { Curve } from '../suites/suite.ts';
import { judgedStep } from '../typing/typing-windows.ts';
import { longWindow } from './stream-account.ts';
import { type StreamTrial, takeoverFigures } from './take-over-figures.ts';

/** A trial in three numbers. Caught and alarms belong together: the more of one, the more of the other. */
export interface TrialSummary {
  /** Mean EER over accounts of single batches. */
  eer: number;
  caughtWithin100Keys: number;
  falseAlarmsPer10kKeys: number;
}

/** The contract at which take-overs are counted. */
const workingDays = 1;

/** Mean EER over accounts of single batches: the owners' own against those that are an impostor's through and through. */
function batchEer({ accounts, genuine, takeOvers }: StreamTrial): number {
  const users = accounts.map(({ name }, owner) => ({
    user: name,
    genuine: Float64Array.from(genuine[owner]!.flatMap((scores) => [...scores])),
    impostor: Float64Array.from(
      takeOvers
        .filter((takeOver) => takeOver.owner === owner)
        .flatMap(({ scores, ownKeys }) => [...scores.subarray(Math.ceil((ownKeys + longWindow) / judgedStep) - 1)]),
    ),
  }));
  return errorRates(users, { bootstrapDraws: 2 }).meanEer;
}

/** What a trial comes to at one false alert per working day. */
export function summaryOf(trial: StreamTrial, rule: EvidenceRule): TrialSummary {
  const { caughtWithin100Keys, falseAlarmsPer10kKeys } = takeoverFigures(trial, workingDays, rule);
  return { eer: batchEer(trial), caughtWithin100Keys, falseAlarmsPer10kKeys };
}

/** Means of several; NaN of none. */
export function meanSummary(all: readonly TrialSummary[]): TrialSummary {
  return {
    eer: mean(all.map(({ eer }) => eer)),
    caughtWithin100Keys: mean(all.map(({ caughtWithin100Keys }) => caughtWithin100Keys)),
    falseAlarmsPer10kKeys: mean(all.map(({ falseAlarmsPer10kKeys }) => falseAlarmsPer10kKeys)),
  };
}

const parts = [
  { of: 'eer', title: 'error of one batch', yLabel: 'mean EER' },
  { of: 'caughtWithin100Keys', title: 'take-overs caught within 100 keys', yLabel: 'share caught' },
  { of: 'falseAlarmsPer10kKeys', title: 'false alarms', yLabel: 'first false alarms per 10,000 keys' },
] as const;

/** A chart for each number of the summaries. */
export function trialCurves(
  id: Curve['id'],
  subject: string,
  xLabel: string,
  series: readonly { name: string; points: readonly { x: number; trial: TrialSummary }[] }[],
): Curve[] {
  return parts.map(({ of, title, yLabel }) => ({
    id,
    title: `${subject}: ${title}`,
    xLabel,
    yLabel,
    series: series.map(({ name, points }) => ({ name, points: points.map(({ x, trial }) => ({ x, y: trial[of] })) })),
  }));
}
