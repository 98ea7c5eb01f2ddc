import type { EvidenceRule } from '../../detection/sequential/evidence-rule.ts';
import { judgedStep } from '../typing/typing-windows.ts';
import { type Course, calibrateAccounts, contractOf, courseOf, keysPerWorkingDay } from './calibrated-account.ts';
import type { StreamTrial } from './take-over-figures.ts';

/** Whether the false-alarm contract is kept on later sessions. */
export interface ContractFigures {
  workingDaysPerFalseAlert: number;
  accounts: number;
  /** Share of accounts with no more alerts on their later sessions than the contract allows for so many keys. */
  accountsThatKeepIt: number;
  /** Keys of all later sessions, and the alerts on them: what was promised, and what came. */
  keys: number;
  alerts: number;
  promisedAlerts: number;
  /** Alerts on accounts where the whole session looks foreign from its first windows on: no sequence tells that from an intruder. */
  alertsFromTheStart: number;
  /** Accounts that break it. */
  brokenBy: readonly { name: string; alerts: number }[];
}

/** An alert is over when the evidence has fallen to so many thresholds. */
const overAt = 0.5;
/** Evidence that is there within so many batches of a session's start was not brought about in it. */
const openingBatches = 4;

/** Alerts over an account's sessions, by where in a session they began. */
function alertsOf(courses: readonly Course[]): { all: number; fromTheStart: number } {
  let all = 0;
  let fromTheStart = 0;
  let alerted = false;
  for (const { session, weeks } of courses) {
    for (const [batch, evidence] of session.entries()) {
      const inThresholds = Math.max(evidence, weeks[batch]!);
      if (alerted) alerted = inThresholds > overAt;
      else if (inThresholds >= 1) {
        alerted = true;
        all += 1;
        if (session.slice(0, openingBatches).every((early) => early > 0)) fromTheStart += 1;
      }
    }
  }
  return { all, fromTheStart };
}

/** Follows every account over its later sessions in the order of time; see {@link ContractFigures}. */
export function contractFigures(
  { accounts, genuine }: Pick<StreamTrial, 'accounts' | 'genuine'>,
  workingDays: number,
  rule: EvidenceRule,
): ContractFigures {
  const followed = calibrateAccounts(accounts, contractOf(workingDays), rule).flatMap((calibrated, i) => {
    if (calibrated === undefined) return [];
    const sessions = genuine[i]!;
    const keys = sessions.reduce((sum, scores) => sum + scores.length * judgedStep, 0);
    const allowed = Math.floor(keys / (workingDays * keysPerWorkingDay));
    return [{ name: calibrated.account.name, keys, allowed, alerts: alertsOf(courseOf(calibrated, sessions)) }];
  });
  const broken = followed.filter(({ alerts, allowed }) => alerts.all > allowed);
  const keys = followed.reduce((sum, account) => sum + account.keys, 0);
  return {
    workingDaysPerFalseAlert: workingDays,
    accounts: followed.length,
    accountsThatKeepIt: 1 - broken.length / followed.length,
    keys,
    alerts: followed.reduce((sum, { alerts }) => sum + alerts.all, 0),
    promisedAlerts: keys / (workingDays * keysPerWorkingDay),
    alertsFromTheStart: followed.reduce((sum, { alerts }) => sum + alerts.fromTheStart, 0),
    brokenBy: broken.map(({ name, alerts }) => ({ name, alerts: alerts.all })),
  };
}
