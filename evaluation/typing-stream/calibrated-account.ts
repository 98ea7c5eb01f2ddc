import { calibrateEvidence } from '../../detection/sequential/calibrate-evidence.ts';
import type { FalseAlarmContract } from '../../detection/sequential/contract.ts';
import type { EvidenceCalibration } from '../../detection/sequential/evidence-calibration.ts';
import { measureEvidenceConstants } from '../../detection/sequential/evidence-constants.ts';
import type { EvidenceRule } from '../../detection/sequential/evidence-rule.ts';
import { accumulate, evidenceInThresholds, openSession } from '../../detection/sequential/session-clock.ts';
import { noEvidence } from '../../detection/sequential/session-evidence.ts';
import {
  accumulateWeeks,
  noWeeksEvidence,
  openWeeksSession,
  weeksInThresholds,
} from '../../detection/sequential/weeks-clock.ts';
import { judgedStep } from '../typing/typing-windows.ts';
import type { StreamAccount } from './stream-account.ts';

/** A working day is 10,000 keys. */
export const keysPerWorkingDay = 10_000;

/** At most one false alert in so many working days. */
export function contractOf(workingDays: number): FalseAlarmContract {
  return { workingDaysPerFalseAlert: workingDays, windowsPerWorkingDay: keysPerWorkingDay / judgedStep };
}

/** An account with its part of the sequential test. */
export interface CalibratedAccount {
  account: StreamAccount;
  calibration: EvidenceCalibration;
  rule: EvidenceRule;
}

/**
 * Calibrates accounts, each with what is usual among the others, as an operator knows it: never from the account itself, nor
 * from anything that is judged. `undefined` stands for an account without an out-of-fold score.
 */
export function calibrateAccounts(
  accounts: readonly StreamAccount[],
  contract: FalseAlarmContract,
  rule: EvidenceRule,
): (CalibratedAccount | undefined)[] {
  return accounts.map((account) => {
    if (!account.outOfFold.some((scores) => scores.length > 0)) return undefined;
    const others = accounts.filter((other) => other !== account).map(({ outOfFold }) => outOfFold);
    const constants = measureEvidenceConstants(others, rule);
    const question = { constants, contract, shareOfBudget: 1, rule, sessions: account.enrolmentSessions };
    return { account, rule, calibration: calibrateEvidence(account.outOfFold, question) };
  });
}

/** Evidence in thresholds after each batch of one session, on both clocks. */
export interface Course {
  session: Float64Array;
  weeks: Float64Array;
}

/** The evidence over sessions in the order of time, each begun with what the one before left. */
export function courseOf({ calibration, rule }: CalibratedAccount, sessions: readonly Float64Array[]): Course[] {
  let evidence = noEvidence;
  let slow = noWeeksEvidence;
  return sessions.map((scores) => {
    evidence = openSession(evidence, calibration, rule);
    slow = openWeeksSession(slow, calibration);
    const weeks = new Float64Array(scores.length);
    const session = scores.map((score, batch) => {
      slow = accumulateWeeks(slow, score, evidence, calibration, rule);
      weeks[batch] = weeksInThresholds(slow, calibration);
      evidence = accumulate(evidence, score, calibration, rule);
      return evidenceInThresholds(evidence, calibration);
    });
    return { session, weeks };
  });
}

/** Keys up to and including the first batch at which evidence reaches its threshold; `null` where none does. */
export function keysToAlarm(inThresholds: Float64Array): number | null {
  const batch = inThresholds.findIndex((evidence) => evidence >= 1);
  return batch < 0 ? null : (batch + 1) * judgedStep;
}
