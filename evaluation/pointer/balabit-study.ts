import type { StrokeVector } from '../../detection/features/stroke-vector.ts';
import { type AlarmOptions, pointerAlarms, trainingStreams } from './alarm-threshold.ts';
import {
  backgroundOf,
  enrolmentOf,
  type JudgedAccount,
  judgeAccount,
  type ModeScores,
  type ModeStreams,
  sessionScores,
  sessionStreams,
} from './judged-account.ts';
import type { StrokeAccount, StrokeSession } from './stroke-accounts.ts';
import { judgeOwnStrokes, type StrokeJudge } from './stroke-judge.ts';

/** One session under one account's templates. */
export interface JudgedSession {
  account: string;
  /** Whose session it is, where that is known; a labelled impostor's is not. */
  person: string | undefined;
  genuine: boolean;
  strokes: number;
  scores: ModeScores;
}

/** A session and the scores of its growing windows. */
export interface JudgedStream extends JudgedSession {
  streams: ModeStreams;
}

/** One account against a background of all the others. */
export interface LabelledAccount {
  account: string;
  judged: JudgedAccount;
  /** Labelled sessions: the owner's, and those of somebody who is one of the other accounts. */
  later: readonly JudgedStream[];
  /** Streams of each enrolment session under a template that was enrolled without it. */
  training: readonly ModeStreams[];
}

function judgedSession(
  account: string,
  judged: JudgedAccount,
  session: StrokeSession,
  person: string | undefined,
): JudgedSession {
  return {
    account,
    person,
    genuine: person === account,
    strokes: session.strokes.length,
    scores: sessionScores(judged, session.strokes),
  };
}

/** Sessions that can be judged: those with a stroke. */
export function laterOf(account: StrokeAccount, actor: StrokeSession['actor']): StrokeSession[] {
  return account.later.filter((session) => session.actor === actor && session.strokes.length > 0);
}

/** Streams of enrolment sessions, each under a template that was enrolled without it; none for a single session. */
function leftOutStreams(
  account: StrokeAccount,
  enrol: (sessions: readonly (readonly StrokeVector[])[]) => JudgedAccount,
  options: AlarmOptions,
): ModeStreams[] {
  const sessions = enrolmentOf(account);
  if (sessions.length < 2) return [];
  return sessions.flatMap((session, left) => {
    const judged = enrol(sessions.filter((_, s) => s !== left));
    return trainingStreams(session, options).map((strokes) => sessionStreams(judged, strokes, options.mostStrokes));
  });
}

/**
 * Judges one account's labelled sessions against a background of the other accounts: the impostor's account is part of the
 * background, the judged one never is.
 */
export function studyLabelled(
  accounts: readonly StrokeAccount[],
  account: StrokeAccount,
  options: AlarmOptions = pointerAlarms,
): LabelledAccount {
  const background = backgroundOf(accounts.filter((other) => other !== account));
  const judged = judgeAccount(account.name, enrolmentOf(account), background);
  const later = account.later
    .filter((session) => session.strokes.length > 0)
    .map((session) => ({
      ...judgedSession(account.name, judged, session, session.actor === 'owner' ? account.name : undefined),
      streams: sessionStreams(judged, session.strokes, options.mostStrokes),
    }));
  const training = leftOutStreams(account, (sessions) => judgeAccount(account.name, sessions, background), options);
  return { account: account.name, judged, later, training };
}

/** Other accounts' legal sessions under an account's closed-set templates: impostors that the background knows. */
export function studyClosedSet(labelled: LabelledAccount, accounts: readonly StrokeAccount[]): JudgedSession[] {
  return accounts
    .filter(({ name }) => name !== labelled.account)
    .flatMap((other) =>
      laterOf(other, 'owner').map((session) => judgedSession(labelled.account, labelled.judged, session, other.name)),
    );
}

/** Two accounts under a background of everybody else: each one's legal sessions under both templates. */
export interface OpenPair {
  sessions: readonly JudgedStream[];
}

/** Own judges by account, so that they are fitted once. */
export function ownJudges(accounts: readonly StrokeAccount[]): Map<string, StrokeJudge> {
  return new Map(accounts.map((account) => [account.name, judgeOwnStrokes(enrolmentOf(account))]));
}

/** Judges two accounts against each other with neither in the background. */
export function studyOpenPair(
  accounts: readonly StrokeAccount[],
  pair: readonly [StrokeAccount, StrokeAccount],
  own: ReadonlyMap<string, StrokeJudge>,
  options: AlarmOptions = pointerAlarms,
): OpenPair {
  const background = backgroundOf(accounts.filter((account) => !pair.includes(account)));
  const sessions = pair.flatMap((account) => {
    const judged = judgeAccount(account.name, enrolmentOf(account), background, own.get(account.name));
    return pair.flatMap((person) =>
      laterOf(person, 'owner').map((session) => ({
        ...judgedSession(account.name, judged, session, person.name),
        streams: sessionStreams(judged, session.strokes, options.mostStrokes),
      })),
    );
  });
  return { sessions };
}

/** All pairs of a list, each once. */
export function pairsOf<T>(of: readonly T[]): [T, T][] {
  return of.flatMap((first, i) => of.slice(i + 1).map((second): [T, T] => [first, second]));
}
