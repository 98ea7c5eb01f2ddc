import type { TypingJudge } from '../typing/typing-judge.ts';
import type { TypingSamples } from '../typing/typing-recordings.ts';
import { judgedStep, windowsOf } from '../typing/typing-windows.ts';

/** One account as a stream of keystrokes meets it: a score falls with each whole batch of 25 keys. Higher is stranger. */
export interface StreamAccount {
  name: string;
  /** Sessions that the template was made from. */
  enrolmentSessions: number;
  /** Scores of enrolment sessions by templates that did not see them, a stream per session, in the order of time. */
  outOfFold: readonly Float64Array[];
  /** Sessions that are judged, in the order of time. */
  later: readonly TypingSamples[];
  /** Scores of anybody's keystrokes in the order of typing, one per whole batch. */
  scoresOf(stream: TypingSamples): Float64Array;
}

/** Keys of the shorter and of the longer window that end with a batch. */
export const shortWindow = judgedStep;
export const longWindow = 50;

/** An account's templates for both windows. */
export interface BatchJudges {
  short: TypingJudge;
  long: TypingJudge;
}

/**
 * The score of each whole batch: the mean of what the last 25 and the last 50 keys say, or the former alone while 50 are not
 * there. The short window sees a change of hands first, the long one sees it better.
 */
export function meanOfWindows(short: Float64Array, long: Float64Array): Float64Array {
  return short.map((score, batch) => (batch === 0 ? score : (score + long[batch - 1]!) / 2));
}

/** {@link meanOfWindows} of a stream. */
export function batchScores({ short, long }: BatchJudges, stream: TypingSamples): Float64Array {
  return meanOfWindows(
    short.score(windowsOf(stream, shortWindow, judgedStep)),
    long.score(windowsOf(stream, longWindow, judgedStep)),
  );
}
