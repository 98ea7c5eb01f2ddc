import type { StrokeBackground } from '../../detection/cohort/stroke-background.ts';
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

/** Seconds of mouse that are judged at once. */
export const judgedSeconds = [15, 30, 60] as const;
export type JudgedSeconds = (typeof judgedSeconds)[number];

/** A stretch of somebody's later session under an account's templates. */
export interface JudgedStretch {
  account: string;
  genuine: boolean;
  strokes: number;
  scores: ModeScores;
}

/** Fewest strokes that are judged. */
const fewestStrokes = 3;
/** Only the first minute is judged. */
const judgedMs = 60_000;

/** Stretches of so many seconds from the session's start on, without overlap. */
export function stretchesOf(session: StrokeSession, seconds: JudgedSeconds): (readonly StrokeVector[])[] {
  const stretches: (readonly StrokeVector[])[] = [];
  for (let from = 0; from + 1_000 * seconds <= judgedMs; from += 1_000 * seconds) {
    const stretch = session.strokes.filter(
      (_, s) => session.endsMs[s]! >= from && session.endsMs[s]! < from + 1_000 * seconds,
    );
    if (stretch.length >= fewestStrokes) stretches.push(stretch);
  }
  return stretches;
}

/** Everybody's later stretches under everybody's templates. */
export function judgeStretches(
  accounts: readonly StrokeAccount[],
  judged: readonly JudgedAccount[],
  seconds: JudgedSeconds,
): JudgedStretch[] {
  const stretches = accounts.flatMap((person) =>
    person.later.flatMap((session) => stretchesOf(session, seconds)).map((strokes) => ({ person, strokes })),
  );
  return accounts.flatMap((account, a) =>
    stretches.map(({ person, strokes }) => ({
      account: account.name,
      genuine: person === account,
      strokes: strokes.length,
      scores: sessionScores(judged[a]!, strokes),
    })),
  );
}

/** People who are judged, and the people who make the background. */
export interface SapimouseFold {
  judged: readonly StrokeAccount[];
  background: readonly StrokeAccount[];
}

/** Deals people into folds by lot; each fold is judged against a background of all others. */
export function foldsOf(shuffled: readonly StrokeAccount[], folds: number): SapimouseFold[] {
  return Array.from({ length: folds }, (_, fold) => ({
    judged: shuffled.filter((_account, a) => a % folds === fold),
    background: shuffled.filter((_account, a) => a % folds !== fold),
  }));
}

/** A fold's background. One session enrols: how sessions of one person differ is learnt from both sessions of the others. */
export function foldBackground({ background }: SapimouseFold): StrokeBackground {
  return backgroundOf(background, { withLater: true });
}

/** Templates of the judged people of a fold: neither they nor their impostors are in the background. */
export function judgeFold(fold: SapimouseFold, others: StrokeBackground = foldBackground(fold)): JudgedAccount[] {
  return fold.judged.map((account) => judgeAccount(account.name, enrolmentOf(account), others));
}

/** Halves of each session as sessions of their own. */
function halved(account: StrokeAccount): StrokeAccount {
  const enrolment = account.enrolment.flatMap((session) => {
    const middle = session.strokes.length >> 1;
    return [
      { ...session, strokes: session.strokes.slice(0, middle), endsMs: session.endsMs.slice(0, middle) },
      { ...session, strokes: session.strokes.slice(middle), endsMs: session.endsMs.slice(middle) },
    ];
  });
  return { ...account, enrolment };
}

/**
 * Templates against a background of everybody else's enrolment, the impostors' included. Their later sessions are judged and
 * stay out, so that halves of the enrolment must tell how sessions differ.
 */
export function judgeClosedSet(accounts: readonly StrokeAccount[]): JudgedAccount[] {
  const halves = accounts.map(halved);
  return accounts.map((account, a) =>
    judgeAccount(account.name, enrolmentOf(account), backgroundOf(halves.filter((_, other) => other !== a))),
  );
}

/** Streams of one account: of each half of its enrolment under the other half, and of later sessions. */
export interface FoldStreams {
  account: string;
  training: readonly ModeStreams[];
  genuine: readonly ModeStreams[];
  impostor: readonly ModeStreams[];
}

/** Score streams of a fold, for thresholds and take-overs. */
export function foldStreams(
  { judged }: SapimouseFold,
  templates: readonly JudgedAccount[],
  others: StrokeBackground,
  options: AlarmOptions = pointerAlarms,
): FoldStreams[] {
  const later = (account: StrokeAccount) => account.later.filter(({ strokes }) => strokes.length > 0);
  return judged.map((account, a) => {
    const halves = enrolmentOf(halved(account));
    const training = halves.flatMap((half, h) => {
      const without = judgeAccount(
        account.name,
        halves.filter((_, other) => other !== h),
        others,
      );
      return trainingStreams(half, options).map((strokes) => sessionStreams(without, strokes, options.mostStrokes));
    });
    const streams = (person: StrokeAccount) =>
      later(person).map(({ strokes }) => sessionStreams(templates[a]!, strokes, options.mostStrokes));
    return {
      account: account.name,
      training,
      genuine: streams(account),
      impostor: judged.filter((person) => person !== account).flatMap(streams),
    };
  });
}
