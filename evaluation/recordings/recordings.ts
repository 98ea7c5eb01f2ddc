import type { InputRoute } from '../../detection/words/behaviour.ts';
import type { RawSession } from '../collector/collect-session.ts';

export const recordingNames = ['villani-freetext', 'aalto-136m-sample', 'balabit', 'sapimouse', 'synthetic'] as const;
export type RecordingName = (typeof recordingNames)[number];

/** Whether a session teaches the owner's behaviour or is judged afterwards; chronological, fixed per set. */
export type SessionPart = 'enrolment' | 'later';

/** One recorded session of one account. */
export interface RecordedSession extends RawSession {
  /** Unique within the subject. */
  name: string;
  part: SessionPart;
  /** Who sat there: the account's owner, or somebody else (labelled sets only). */
  actor: 'owner' | 'impostor';
}

/** One recorded account, its sessions in chronological order, enrolment first. */
export interface RecordedSubject {
  /** Unique within the recordings. */
  name: string;
  sessions: readonly RecordedSession[];
}

/** A set of recordings, or a synthetic workforce in the same shape. */
export interface Recordings {
  name: RecordingName;
  /** What the subjects do: type, point, or both. */
  modality: 'keystrokes' | 'pointer' | 'both';
  /** True where later sessions carry the label of who really sat there. */
  labelled: boolean;
  /** Whose data it is and on which terms, in one sentence. */
  licenceNote: string;
  inputRoute: InputRoute;
  /** Smallest step of the recording machine's clock. */
  timerResolutionMs: number;
  /**
   * The subjects, always in the same order, read anew at each call and one at a time: memory holds one subject.
   * Throws {@link RecordingsMalformed} for a file that is not what its name promises.
   */
  subjects(): AsyncIterable<RecordedSubject>;
}

/** Recordings that are not what they claim to be. Names file and line; of what is in them at most one cell, shortened and escaped. */
export class RecordingsMalformed extends Error {
  override readonly name = 'RecordingsMalformed';
}
