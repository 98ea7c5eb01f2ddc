import type { SeededRandom } from '../../platform/seeded-random.ts';
import type { BatchContent } from '../collector/batch-content.ts';
import { type CollectOptions, collectSession, replayCollectOptions } from '../collector/collect-session.ts';
import type { RawKeystroke } from '../collector/raw-input.ts';
import type { RecordedSession } from '../recordings/recordings.ts';
import { type BatchOrigin, type DeskDiary, type Workplace, workContent } from './desk-diary.ts';
import type { RecordedPerson } from './recorded-people.ts';
import type { WorkHabits } from './work-habits.ts';

/** Everything that a desk's story is made of. */
export interface DeskParts {
  owner: RecordedPerson;
  /** Somebody who has no account: nothing was ever learned of them. */
  intruder: RecordedPerson;
  diary: DeskDiary;
  habits: WorkHabits;
  place: Workplace;
  random: SeededRandom;
  /** Counts the desks of a scenario, so that variants are dealt out evenly. */
  variant: number;
}

/** Writes a desk's later days: some of the owner alone, and then what the scenario is about. */
export type ComposeLater = (parts: DeskParts) => void;

/** The clock that the recordings were made with. */
const recordingCollect: CollectOptions = { ...replayCollectOptions, timerResolutionMs: 15.6 };

/** A session's typing as batches. */
export function typedContents(
  session: { keystrokes: readonly RawKeystroke[] },
  options: CollectOptions = recordingCollect,
): BatchContent[] {
  return collectSession({ keystrokes: session.keystrokes, pointer: [] }, options);
}

/** The owner's two later sessions. @throws RangeError where there are fewer */
export function laterSessions({ name, later }: RecordedPerson): readonly [RecordedSession, RecordedSession] {
  const [first, second] = later;
  if (first === undefined || second === undefined) throw new RangeError(`${name} has no two later sessions`);
  return [first, second];
}

/** Writes typing, with the work that goes on meanwhile. */
export function writeTyping(
  { diary, habits }: Pick<DeskParts, 'diary' | 'habits'>,
  contents: readonly BatchContent[],
  origin: BatchOrigin,
): void {
  for (const content of contents) diary.write(content, habits.during(content.durationMs), origin);
}

/** Another day in one session at the usual place. */
export function beginUsualDay({ diary, habits, place }: Pick<DeskParts, 'diary' | 'habits' | 'place'>): void {
  diary.beginDay();
  habits.beginDay();
  diary.beginSession(place);
}

const minuteMs = 60_000;

/** Ordinary work without typing, a batch a minute. */
export function writeWork({ diary, habits }: Pick<DeskParts, 'diary' | 'habits'>, minutes: number): void {
  for (let minute = 0; minute < minutes; minute++) diary.write(workContent(minuteMs), habits.during(minuteMs), 'owner');
}

/** The first later day: the owner alone, as ever. Incidents on it are false. */
export function writeUsualDay(parts: DeskParts): void {
  beginUsualDay(parts);
  writeTyping(parts, typedContents(laterSessions(parts.owner)[0]), 'owner');
}
