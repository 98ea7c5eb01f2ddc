import type { Pseudonym } from '../detection/words/behaviour.ts';
import type { Verdict } from '../detection/words/verdict.ts';
import { areaUnderCurve } from './metrics/area-under-curve.ts';
import { median } from './metrics/quantile.ts';
import { batchesOf, type PlannedBatch, type PlannedSubject, type PlannedSwap, type ReplayPlan } from './replay-plan.ts';
import { fillUnscored, type SessionScoreName, sessionScore, sessionScoreNames } from './session-score.ts';

/** A verdict as the report needs it; `subject` is the plan's id, not the gateway's pseudonym. */
export type ReplayVerdict = Pick<Verdict, 'subject' | 'sequence' | 'decision' | 'risk' | 'evidence' | 'modalities'>;

/** Where an alert's incident began: the batch whose verdict opened it. `subject` is the plan's id. */
export interface ReplayAlert {
  subject: Pseudonym;
  sequence: number;
}

export interface ReplayOutcome {
  verdicts: readonly ReplayVerdict[];
  alerts: readonly ReplayAlert[];
  deadLetters: number;
}

/** How many swaps of a kind were noticed, and after how much foreign behaviour; medians over the noticed ones. */
export interface SwapReport {
  swaps: number;
  detected: number;
  /** `null` without swaps. */
  detectedShare: number | null;
  /** Foreign keys, and strokes, up to and including the batch that told; `null` where none was noticed or there are none. */
  medianKeysToDetect: number | null;
  medianStrokesToDetect: number | null;
}

/** Labelled sessions: who was taken for whom. */
export interface LabelledReport {
  legalSessions: number;
  legalFlagged: number;
  illegalSessions: number;
  illegalFlagged: number;
  /** Sessions without any decided verdict; they count as the median session. */
  unscoredSessions: number;
  aucBy: Record<SessionScoreName, number>;
}

export interface ReplayReport {
  users: number;
  batches: number;
  verdicts: number;
  /** Planned batches that got no verdict; dead letters are among them. */
  batchesWithoutVerdict: number;
  deadLetters: number;
  impostors: number;
  impostorsDetected: number;
  detectedShare: number | null;
  medianKeysToDetect: number | null;
  medianStrokesToDetect: number | null;
  injector: SwapReport;
  /** Alerts that began on the owner's own later batches. */
  falseAlerts: number;
  /** `null` where the owners typed nothing later. */
  falseAlertsPer10kKeys: number | null;
  falseAlertsPer1kStrokes: number | null;
  /** All alerts, those during enrolment included. */
  alerts: number;
  enrolmentAlerts: number;
  /**
   * Global over the labelled sessions, by the mean reconstruction error of a session; `null` for recordings without labels. Risk is
   * cut at 0, so half of the sessions tie there; `labelled.aucBy` has its area as well.
   */
  auc: number | null;
  labelled: LabelledReport | null;
}

function keyOf(subject: Pseudonym, sequence: number): string {
  return `${subject}/${sequence}`;
}

function isFlag(verdict: ReplayVerdict | undefined): boolean {
  return verdict?.decision === 'impostor' || verdict?.decision === 'machine';
}

function medianOrNull(values: readonly number[]): number | null {
  return values.length === 0 ? null : median(values);
}

function per(count: number, events: number, unit: number): number | null {
  return events === 0 ? null : (count / events) * unit;
}

function reportSwaps(
  swaps: readonly PlannedSwap[],
  modality: ReplayPlan['modality'],
  batchesBySubject: ReadonlyMap<Pseudonym, readonly PlannedBatch[]>,
  tells: (subject: Pseudonym, sequence: number) => boolean,
): SwapReport {
  const keys: number[] = [];
  const strokes: number[] = [];
  for (const swap of swaps) {
    const foreign = (batchesBySubject.get(swap.subject) ?? []).filter(
      ({ sequence }) => sequence >= swap.fromSequence && sequence <= swap.toSequence,
    );
    const told = foreign.findIndex(({ sequence }) => tells(swap.subject, sequence));
    if (told < 0) continue;
    const seen = foreign.slice(0, told + 1);
    keys.push(seen.reduce((sum, { content }) => sum + content.keystrokes.length, 0));
    strokes.push(seen.reduce((sum, { content }) => sum + content.pointer.length, 0));
  }
  return {
    swaps: swaps.length,
    detected: keys.length,
    detectedShare: swaps.length === 0 ? null : keys.length / swaps.length,
    medianKeysToDetect: modality === 'pointer' ? null : medianOrNull(keys),
    medianStrokesToDetect: modality === 'keystrokes' ? null : medianOrNull(strokes),
  };
}

function reportLabelled(
  subjects: readonly PlannedSubject[],
  verdictOf: (subject: Pseudonym, sequence: number) => ReplayVerdict | undefined,
): LabelledReport {
  const sessions = subjects.flatMap((subject) =>
    subject.later.map(({ batches }) => ({
      illegal: batches[0]?.origin !== 'owner',
      verdicts: batches.flatMap(({ sequence }) => verdictOf(subject.id, sequence) ?? []),
    })),
  );
  const legal = sessions.filter((session) => !session.illegal);
  const illegal = sessions.filter((session) => session.illegal);
  const aucBy = (name: SessionScoreName): number => {
    const scores = fillUnscored(sessions.map((session) => sessionScore(name, session.verdicts)));
    const of = (wanted: boolean) => scores.filter((_, index) => sessions[index]?.illegal === wanted);
    return areaUnderCurve(of(false), of(true));
  };
  return {
    legalSessions: legal.length,
    legalFlagged: legal.filter((session) => session.verdicts.some(isFlag)).length,
    illegalSessions: illegal.length,
    illegalFlagged: illegal.filter((session) => session.verdicts.some(isFlag)).length,
    unscoredSessions: sessions.filter((session) => sessionScore('meanRisk', session.verdicts) === null).length,
    aucBy: Object.fromEntries(sessionScoreNames.map((name) => [name, aucBy(name)])) as LabelledReport['aucBy'],
  };
}

/**
 * What a replay showed. An alert counts by the batch on which its incident began:
 * - a swap made by the plan is detected when an alert of the subject begins inside it;
 * - a labelled foreign session is detected when an alert begins in it or a verdict in it says impostor or machine,
 *   since an incident that is still open swallows the alert of the next session;
 * - a false alert begins on a later batch of the owner; alerts during enrolment are counted apart.
 * Throws a RangeError for a verdict or alert of a batch that was never planned.
 */
export function reportReplay(plan: ReplayPlan, outcome: ReplayOutcome): ReplayReport {
  const batchesBySubject = new Map(plan.subjects.map((subject) => [subject.id, batchesOf(subject)]));
  const planned = new Map<string, PlannedBatch>();
  for (const [subject, batches] of batchesBySubject) {
    for (const batch of batches) planned.set(keyOf(subject, batch.sequence), batch);
  }
  const firstLater = new Map(
    plan.subjects.map((subject) => [subject.id, subject.later[0]?.batches[0]?.sequence ?? Number.POSITIVE_INFINITY]),
  );
  const verdicts = new Map<string, ReplayVerdict>();
  for (const verdict of outcome.verdicts) {
    const key = keyOf(verdict.subject, verdict.sequence);
    if (!planned.has(key)) throw new RangeError('a verdict belongs to no planned batch');
    verdicts.set(key, verdict);
  }
  const alerted = new Set<string>();
  for (const alert of outcome.alerts) {
    const key = keyOf(alert.subject, alert.sequence);
    if (!planned.has(key)) throw new RangeError('an alert belongs to no planned batch');
    alerted.add(key);
  }
  const verdictOf = (subject: Pseudonym, sequence: number) => verdicts.get(keyOf(subject, sequence));
  const tells = (subject: Pseudonym, sequence: number): boolean =>
    alerted.has(keyOf(subject, sequence)) || (plan.labelled && isFlag(verdictOf(subject, sequence)));

  const isEnrolment = ({ subject, sequence }: ReplayAlert) => sequence < (firstLater.get(subject) ?? 0);
  const laterAlerts = outcome.alerts.filter((alert) => !isEnrolment(alert));
  const falseAlerts = laterAlerts.filter(
    ({ subject, sequence }) => planned.get(keyOf(subject, sequence))?.origin === 'owner',
  ).length;
  const ownLater = plan.subjects
    .flatMap((subject) => subject.later.flatMap((session) => session.batches))
    .filter((batch) => batch.origin === 'owner');
  const ownKeys = ownLater.reduce((sum, { content }) => sum + content.keystrokes.length, 0);
  const ownStrokes = ownLater.reduce((sum, { content }) => sum + content.pointer.length, 0);

  const swapsOf = (origin: PlannedSwap['origin']) => plan.swaps.filter((swap) => swap.origin === origin);
  const impostor = reportSwaps(swapsOf('impostor'), plan.modality, batchesBySubject, tells);
  const labelled = plan.labelled ? reportLabelled(plan.subjects, verdictOf) : null;
  return {
    users: plan.subjects.length,
    batches: planned.size,
    verdicts: outcome.verdicts.length,
    batchesWithoutVerdict: planned.size - verdicts.size,
    deadLetters: outcome.deadLetters,
    impostors: impostor.swaps,
    impostorsDetected: impostor.detected,
    detectedShare: impostor.detectedShare,
    medianKeysToDetect: impostor.medianKeysToDetect,
    medianStrokesToDetect: impostor.medianStrokesToDetect,
    injector: reportSwaps(swapsOf('injector'), plan.modality, batchesBySubject, tells),
    falseAlerts,
    falseAlertsPer10kKeys: per(falseAlerts, ownKeys, 10_000),
    falseAlertsPer1kStrokes: per(falseAlerts, ownStrokes, 1_000),
    alerts: outcome.alerts.length,
    enrolmentAlerts: outcome.alerts.length - laterAlerts.length,
    auc: labelled?.aucBy.meanScore ?? null,
    labelled,
  };
}
