import { type StrokeVector, strokeVector } from '../../detection/features/stroke-vector.ts';
import { createPointerSegmenter } from '../collector/pointer-segmenter.ts';
import { strokeOfSegment } from '../collector/pointer-stroke.ts';
import type { RawPointerEvent } from '../collector/raw-input.ts';
import type { Recordings } from '../recordings/recordings.ts';

/** One session as strokes, described as the wire carries them. */
export interface StrokeSession {
  /** Unique within the account. */
  name: string;
  /** Who sat there. */
  actor: 'owner' | 'impostor';
  strokes: readonly StrokeVector[];
  /** Since the session began, when each stroke ended. Not on the wire; cuts sessions by the clock. */
  endsMs: Float64Array;
}

/** One account: sessions to enrol with and sessions to judge. */
export interface StrokeAccount {
  name: string;
  enrolment: readonly StrokeSession[];
  later: readonly StrokeSession[];
}

/** Strokes of one session's raw events, through the project's own collector. */
export function strokesOf(events: readonly RawPointerEvent[]): Pick<StrokeSession, 'strokes' | 'endsMs'> {
  const segmenter = createPointerSegmenter();
  const strokes: StrokeVector[] = [];
  const ends: number[] = [];
  const take = (segments: ReturnType<typeof segmenter.add>) => {
    for (const segment of segments) {
      const stroke = strokeOfSegment(segment);
      const vector = stroke === undefined ? undefined : strokeVector(stroke);
      if (vector === undefined) continue;
      strokes.push(vector);
      ends.push(segment.timesMs.at(-1) ?? 0);
    }
  };
  for (const event of events) take(segmenter.add(event));
  take(segmenter.endSession());
  return { strokes, endsMs: Float64Array.from(ends) };
}

/** All accounts of a set of recordings, or the first `most` of them; sessions without a stroke stay, empty. */
export async function readStrokeAccounts(
  recordings: Recordings,
  onAccount: (done: number) => void = () => {},
  most = Number.POSITIVE_INFINITY,
): Promise<StrokeAccount[]> {
  const accounts: StrokeAccount[] = [];
  for await (const subject of recordings.subjects()) {
    const sessions = subject.sessions.map(({ name, part, actor, pointer }) => ({
      part,
      session: { name, actor, ...strokesOf(pointer) },
    }));
    const of = (wanted: 'enrolment' | 'later') =>
      sessions.filter(({ part }) => part === wanted).map(({ session }) => session);
    accounts.push({ name: subject.name, enrolment: of('enrolment'), later: of('later') });
    onAccount(accounts.length);
    if (accounts.length >= most) break;
  }
  return accounts;
}
