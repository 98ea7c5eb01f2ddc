import { softCompression } from '../../detection/detectors/fusion.ts';
import { enrolTyping, type TypingCohort } from '../typing/cohort-typing.ts';
import { foldsOf } from '../typing/own-history.ts';
import { cohortJudge, type TypingJudge } from '../typing/typing-judge.ts';
import type { TypingSamples, TypingSubject } from '../typing/typing-recordings.ts';
import { type BatchJudges, batchScores, type StreamAccount } from './stream-account.ts';

/** A background for each of the two windows. */
export interface StreamCohorts {
  short: TypingCohort;
  long: TypingCohort;
}

/** A likelihood ratio counts in nats up to a few, then ever less: one very strange window must not outweigh all others. */
function compressed(judge: TypingJudge): TypingJudge {
  return { user: judge.user, score: (windows) => judge.score(windows).map(softCompression) };
}

/** Enrols an account with these sessions for both windows. */
function cohortJudges(user: string, cohorts: StreamCohorts, enrolment: readonly TypingSamples[]): BatchJudges {
  return {
    short: compressed(cohortJudge(user, cohorts.short, enrolTyping(cohorts.short, enrolment))),
    long: compressed(cohortJudge(user, cohorts.long, enrolTyping(cohorts.long, enrolment))),
  };
}

/** Accounts that are enrolled against a background; out of fold, whole sessions are left out. */
export function cohortAccounts(subjects: readonly TypingSubject[], cohorts: StreamCohorts): StreamAccount[] {
  return subjects.map(({ name, enrolment, later }) => {
    const folds = foldsOf(enrolment);
    const outOfFold = folds.map((fold, left) => {
      const others = folds.filter((_, i) => i !== left);
      return batchScores(cohortJudges(name, cohorts, others.length > 0 ? others : [fold]), fold);
    });
    const judges = cohortJudges(name, cohorts, enrolment);
    return {
      name,
      enrolmentSessions: enrolment.length,
      outOfFold,
      later,
      scoresOf: (stream) => batchScores(judges, stream),
    };
  });
}
