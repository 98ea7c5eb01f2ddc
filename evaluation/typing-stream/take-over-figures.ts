import type { EvidenceRule } from '../../detection/sequential/evidence-rule.ts';
import {
  type AlarmedStream,
  caughtCurve,
  caughtWithin,
  firstFalseAlarmsPer,
  timeToDetect,
} from '../metrics/time-to-detect.ts';
import { judgedStep } from '../typing/typing-windows.ts';
import { type CalibratedAccount, calibrateAccounts, contractOf, courseOf, keysToAlarm } from './calibrated-account.ts';
import type { StreamAccount } from './stream-account.ts';
import type { TakeOver } from './take-over-streams.ts';

/** What is judged: accounts, their own later sessions, and sessions that somebody else went on with. */
export interface StreamTrial {
  accounts: readonly StreamAccount[];
  /** Scores of each account's later sessions, `[account][session]`. */
  genuine: readonly (readonly Float64Array[])[];
  takeOvers: readonly TakeOver[];
}

/** Scores what the owners themselves did. */
export function streamTrial(accounts: readonly StreamAccount[], takeOvers: readonly TakeOver[]): StreamTrial {
  const genuine = accounts.map((account) => account.later.map((session) => account.scoresOf(session)));
  return { accounts, genuine, takeOvers };
}

/** How soon somebody else is noticed, and how often the owner is taken for one. Keys count from the change of hands. */
export interface TakeoverFigures {
  /** The contract that the thresholds follow from. */
  workingDaysPerFalseAlert: number;
  caughtWithin100Keys: number;
  /** Over those that were caught; `null` where none was. */
  medianKeys: number | null;
  p90Keys: number | null;
  neverCaught: number;
  /** Mean keys until the alarm, the whole length for those not caught (ANIA). */
  meanKeysToAlarm: number;
  /** First false alarms per 10,000 keys of the owners. */
  falseAlarmsPer10kKeys: number;
  /** Mean keys of an owner until a false alarm, the whole length for those without (ANGA). */
  meanOwnKeysToAlarm: number;
  /** Share of accounts. */
  neverAlarmed: number;
  /** The account at which the fewest are caught. */
  worstAccount: { name: string; caughtWithin100Keys: number };
  /** Take-overs that are counted, and those left out because the owner had been alarmed on before. */
  takeOvers: number;
  alarmedBefore: number;
}

/** An account's own later sessions in a row, up to the first alarm. */
function genuineStream(calibrated: CalibratedAccount, sessions: readonly Float64Array[]): AlarmedStream {
  let seen = 0;
  let events: number | null = null;
  for (const { session, weeks } of courseOf(calibrated, sessions)) {
    const alarm = keysToAlarm(session.map((evidence, batch) => Math.max(evidence, weeks[batch]!)));
    if (alarm !== null && events === null) events = seen + alarm;
    seen += session.length * judgedStep;
  }
  return { events, length: seen };
}

/** `undefined` where the owner had been alarmed on before the change of hands. */
function takenOverStream(calibrated: CalibratedAccount, { scores, ownKeys }: TakeOver): AlarmedStream | undefined {
  const session = courseOf(calibrated, [scores])[0]!.session;
  const first = keysToAlarm(session);
  if (first !== null && first <= ownKeys) return undefined;
  return { events: first === null ? null : first - ownKeys, length: scores.length * judgedStep - ownKeys };
}

interface Followed {
  genuine: AlarmedStream[];
  byAccount: { name: string; streams: AlarmedStream[] }[];
  alarmedBefore: number;
}

function follow({ accounts, genuine, takeOvers }: StreamTrial, workingDays: number, rule: EvidenceRule): Followed {
  const calibrated = calibrateAccounts(accounts, contractOf(workingDays), rule);
  const followed: Followed = { genuine: [], byAccount: [], alarmedBefore: 0 };
  for (const [owner, own] of calibrated.entries()) {
    if (own === undefined) continue;
    followed.genuine.push(genuineStream(own, genuine[owner]!));
    const streams: AlarmedStream[] = [];
    for (const takeOver of takeOvers) {
      if (takeOver.owner !== owner) continue;
      const stream = takenOverStream(own, takeOver);
      if (stream === undefined) followed.alarmedBefore += 1;
      else streams.push(stream);
    }
    if (streams.length > 0) followed.byAccount.push({ name: own.account.name, streams });
  }
  return followed;
}

/** How soon take-overs are noticed under a contract; see {@link TakeoverFigures}. */
export function takeoverFigures(trial: StreamTrial, workingDays: number, rule: EvidenceRule): TakeoverFigures {
  const { genuine, byAccount, alarmedBefore } = follow(trial, workingDays, rule);
  const streams = byAccount.flatMap((account) => account.streams);
  const impostors = timeToDetect(streams);
  const owners = timeToDetect(genuine);
  const shares = byAccount.map(({ name, streams: own }) => ({ name, caughtWithin100Keys: caughtWithin(own, 100) }));
  shares.sort((a, b) => a.caughtWithin100Keys - b.caughtWithin100Keys);
  return {
    workingDaysPerFalseAlert: workingDays,
    caughtWithin100Keys: caughtWithin(streams, 100),
    medianKeys: impostors.medianEvents,
    p90Keys: impostors.p90Events,
    neverCaught: impostors.neverAlarmedShare,
    meanKeysToAlarm: impostors.meanEvents,
    falseAlarmsPer10kKeys: firstFalseAlarmsPer(10_000, genuine),
    meanOwnKeysToAlarm: owners.meanEvents,
    neverAlarmed: owners.neverAlarmedShare,
    worstAccount: shares[0] ?? { name: '', caughtWithin100Keys: Number.NaN },
    takeOvers: streams.length,
    alarmedBefore,
  };
}

/** Keys after the change of hands at which the curve of {@link timeToDetectSeries} has a point. */
const curveKeys = Array.from({ length: 16 }, (_, i) => (i + 1) * 25);

/** Share caught by keys since the change of hands, for a chart. */
export function timeToDetectSeries(
  trial: StreamTrial,
  workingDays: number,
  rule: EvidenceRule,
): { x: number; y: number }[] {
  const { byAccount } = follow(trial, workingDays, rule);
  return caughtCurve(
    byAccount.flatMap(({ streams }) => streams),
    curveKeys,
  );
}
