import {
  fitStrokeBackground,
  type StrokeBackground,
  strokeBackgroundOptions,
} from '../../detection/cohort/stroke-background.ts';
import { enrolStrokes } from '../../detection/cohort/stroke-enrolment.ts';
import type { StrokeVector } from '../../detection/features/stroke-vector.ts';
import { fusedStrokeScore } from './fused-stroke-score.ts';
import type { StrokeAccount } from './stroke-accounts.ts';
import { judgeByBackground, judgeOwnStrokes, type StrokeJudge, scoreSession, scoreStream } from './stroke-judge.ts';

/** The two modes, and the parts of which the second is made. */
export const pointerModes = ['oneClass', 'likelihoodRatio', 'cohort'] as const;
export type PointerMode = (typeof pointerModes)[number];
/** A score of each mode for the same strokes. */
export type ModeScores = Record<PointerMode, number>;
export type ModeStreams = Record<PointerMode, Float64Array>;

/** One account's templates of both modes. */
export interface JudgedAccount {
  own: StrokeJudge;
  background: StrokeJudge;
  /** Sessions with a stroke that it enrolled with. */
  sessions: number;
}

/** Strokes of an account's enrolment, session by session. */
export function enrolmentOf(account: StrokeAccount): (readonly StrokeVector[])[] {
  return account.enrolment.map((session) => session.strokes).filter((strokes) => strokes.length > 0);
}

/** Fewest accounts that any background is made of here; what so few are worth is a figure, not a reason to stop. */
export const leastAccounts = 2;

/** A background of these accounts, from their enrolment; SapiMouse's from its later sessions too, for it has one of each. */
export function backgroundOf(
  accounts: readonly StrokeAccount[],
  { withLater = false }: { withLater?: boolean } = {},
): StrokeBackground {
  const outcome = fitStrokeBackground(
    accounts.map((account) => ({
      id: account.name,
      sessions: [...account.enrolment, ...(withLater ? account.later : [])].map((session) => session.strokes),
    })),
    { ...strokeBackgroundOptions, leastContributors: leastAccounts },
  );
  if (!outcome.ok)
    throw new RangeError(`a background of ${outcome.contributors} accounts: it takes ${outcome.leastContributors}`);
  return outcome.value;
}

/** Enrols sessions in both modes. @throws RangeError for an account that contributed to the background */
export function judgeAccount(
  name: string,
  sessions: readonly (readonly StrokeVector[])[],
  background: StrokeBackground,
  own: StrokeJudge = judgeOwnStrokes(sessions),
): JudgedAccount {
  if (background.contributors.includes(name)) throw new RangeError(`${name} is part of its own background`);
  return {
    own,
    background: judgeByBackground(background, enrolStrokes(background, sessions)),
    sessions: sessions.length,
  };
}

/** A whole session as one window. @throws RangeError for a session without strokes */
export function sessionScores(account: JudgedAccount, strokes: readonly StrokeVector[]): ModeScores {
  const oneClass = scoreSession(account.own, strokes);
  const likelihoodRatio = scoreSession(account.background, strokes);
  return { oneClass, likelihoodRatio, cohort: fusedStrokeScore(likelihoodRatio, oneClass, account.sessions) };
}

/** After every stroke, the last `most` strokes as a window. */
export function sessionStreams(account: JudgedAccount, strokes: readonly StrokeVector[], most: number): ModeStreams {
  const oneClass = scoreStream(account.own, strokes, most);
  const likelihoodRatio = scoreStream(account.background, strokes, most);
  return {
    oneClass,
    likelihoodRatio,
    cohort: likelihoodRatio.map((ratio, i) => fusedStrokeScore(ratio, oneClass[i]!, account.sessions)),
  };
}
