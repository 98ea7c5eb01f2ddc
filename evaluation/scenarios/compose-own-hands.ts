import { pseudonymOf, workContent } from './desk-diary.ts';
import {
  beginUsualDay,
  type DeskParts,
  laterSessions,
  typedContents,
  writeTyping,
  writeUsualDay,
  writeWork,
} from './desk-parts.ts';
import { atPace, type TypingPace } from './timing-changes.ts';

/** Ordinary work before the theft, on the same day. */
const minutesBefore = 120;
const theftMinutes = 30;
const recordsPerMinute = 60;
const minuteMs = 60_000;

/** The owner, in their own rhythm, opens a record every second for half an hour. */
export function composeRecordThief(parts: DeskParts): void {
  const { owner, diary, habits } = parts;
  writeUsualDay(parts);
  beginUsualDay(parts);
  writeWork(parts, minutesBefore);
  const typed = typedContents(laterSessions(owner)[1]);
  for (let minute = 0; minute < theftMinutes; minute++) {
    const others = habits.during(minuteMs).filter(({ kind }) => kind !== 'records-viewed');
    diary.write(workContent(minuteMs), [...others, { kind: 'records-viewed', count: recordsPerMinute }], 'thief');
    writeTyping(parts, typed.slice(minute, minute + 1), 'thief');
  }
}

const asEver: TypingPace = { intervals: 1, holds: 1 };
const tired: TypingPace = { intervals: 1.12, holds: 1.15 };

/** The owner tires in the course of a session, and works on the next day from another chair: same machine, other network. */
export function composeHarmless(parts: DeskParts): void {
  const { owner, diary, habits, place } = parts;
  const [first, second] = laterSessions(owner);
  writeUsualDay(parts);
  beginUsualDay(parts);
  writeTyping(parts, typedContents({ keystrokes: atPace(second.keystrokes, asEver, tired) }), 'changed-owner');
  diary.beginDay();
  habits.beginDay();
  diary.beginSession({ ...place, network: pseudonymOf(`${place.network}/another`) });
  writeTyping(parts, typedContents({ keystrokes: atPace(first.keystrokes, tired, tired) }), 'changed-owner');
}
