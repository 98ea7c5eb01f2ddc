import { join } from 'node:path';
import { openRecordings } from '../recordings/open-recordings.ts';
import { type RecordedSession, type Recordings, RecordingsMalformed } from '../recordings/recordings.ts';

/** Somebody whose typing was recorded, sessions in chronological order. */
export interface RecordedPerson {
  name: string;
  /** Sessions that teach the person's behaviour. */
  enrolment: readonly RecordedSession[];
  /** Sessions that are judged; at least two. */
  later: readonly RecordedSession[];
}

/** The set of recordings that desks are composed from. */
export const scenarioRecordings = 'villani-freetext';

/** Everybody of a set of recordings with enough sessions. */
export async function peopleOf(recordings: Pick<Recordings, 'subjects'>): Promise<RecordedPerson[]> {
  const people: RecordedPerson[] = [];
  for await (const { name, sessions } of recordings.subjects()) {
    const of = (part: RecordedSession['part']) => sessions.filter((session) => session.part === part);
    const person = { name, enrolment: of('enrolment'), later: of('later') };
    if (person.enrolment.length > 0 && person.later.length >= 2) people.push(person);
  }
  return people;
}

/** {@link peopleOf} {@link scenarioRecordings}. @throws RecordingsMalformed where the recordings are not there */
export async function loadPeople(datasets: string): Promise<RecordedPerson[]> {
  const opened = await openRecordings(join(datasets, scenarioRecordings));
  if (!opened.ok) throw new RecordingsMalformed(opened.detail);
  return peopleOf(opened.value);
}
