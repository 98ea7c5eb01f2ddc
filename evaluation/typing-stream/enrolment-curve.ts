import type { EvidenceRule } from '../../detection/sequential/evidence-rule.ts';
import type { Curve } from '../suites/suite.ts';
import { partOf } from '../typing/own-history.ts';
import type { TypingSamples, TypingSubject } from '../typing/typing-recordings.ts';
import { cohortAccounts, type StreamCohorts } from './cohort-accounts.ts';
import { streamTrial } from './take-over-figures.ts';
import { type TakeOverOptions, takeOvers } from './take-over-streams.ts';
import { summaryOf, trialCurves } from './trial-curves.ts';

/** Keys of enrolment that are compared. */
const enrolmentKeys = [200, 400, 1000] as const;

/** The last `keys` keys, session by session. */
export function inARow(sessions: readonly TypingSamples[], keys: number): TypingSamples[] {
  const kept: TypingSamples[] = [];
  let missing = keys;
  for (const session of [...sessions].reverse()) {
    const length = session.zonePair.length;
    if (missing > 0) kept.unshift(partOf(session, Math.max(0, length - missing), length));
    missing -= length;
  }
  return kept;
}

/** As many keys from the start of each session, `keys` in all where the sessions are long enough. */
export function overSessions(sessions: readonly TypingSamples[], keys: number): TypingSamples[] {
  const each = Math.floor(keys / sessions.length);
  return sessions.map((session) => partOf(session, 0, Math.min(each, session.zonePair.length)));
}

const manners = [
  { name: 'in a row', keep: inARow },
  { name: 'over sessions', keep: overSessions },
] as const;

/** What an enrolment of so many keys comes to, in a row and spread over sessions. */
export function enrolmentCurves(
  subjects: readonly TypingSubject[],
  cohorts: StreamCohorts,
  options: TakeOverOptions,
  rule: EvidenceRule,
): Curve[] {
  const total = Math.min(
    ...subjects.map(({ enrolment }) => enrolment.reduce((sum, { zonePair }) => sum + zonePair.length, 0)),
  );
  const measured = manners.map(({ name, keep }) => ({
    name,
    points: enrolmentKeys
      .filter((keys) => keys <= total)
      .map((keys) => {
        const enrolled = subjects.map((subject) => ({ ...subject, enrolment: keep(subject.enrolment, keys) }));
        const accounts = cohortAccounts(enrolled, cohorts);
        const trial = streamTrial(accounts, takeOvers(accounts, options));
        return { x: keys, trial: summaryOf(trial, rule) };
      }),
  }));
  return trialCurves('enrolment-size', 'Enrolment', 'keys of enrolment', measured);
}
