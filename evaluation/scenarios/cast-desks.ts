import type { Pseudonym } from '../../detection/words/behaviour.ts';
import { createSeededRandom } from '../../platform/seeded-random.ts';
import { RecordingsMalformed } from '../recordings/recordings.ts';
import { createDeskDiary, type DiaryBatch, pseudonymOf, workplaceOf } from './desk-diary.ts';
import { beginUsualDay, type DeskParts, typedContents, writeTyping, writeWork } from './desk-parts.ts';
import type { RecordedPerson } from './recorded-people.ts';
import { type ScenarioName, scenarioNames, scenarios } from './scenario-list.ts';
import { createWorkHabits } from './work-habits.ts';

/** One account and its story: a trial of one scenario. */
export interface Desk {
  scenario: ScenarioName;
  person: string;
  subject: Pseudonym;
  /** Sent before the templates are trained; empty at the desk of somebody new, who gets no template. */
  history: readonly DiaryBatch[];
  /** Sent afterwards. */
  later: readonly DiaryBatch[];
  /** The place in `later` of the first batch that is not the owner's as ever. */
  onset: number;
}

/** People without an account: whoever intrudes is one of them, so nothing of an intruder was ever learned. */
export const outsiders = 5;
/** Fewest people with an account: below, there is no background to compare with. */
export const fewestOwners = 20;
/** Outsiders who get an account on the day after training, for what must be seen without a template. */
const newcomers = 2;
/** Work without typing, spread over the days of the enrolment: 28 active hours. Habits count as known from 20 on. */
const enrolmentWorkMinutes = 1_680;

export interface CastOptions {
  seed: number;
  /** Whether everybody's days of enrolment are full of ordinary work, or only those of the desks where work is what is judged. */
  workAtEveryDesk: boolean;
}

/**
 * Deals the people out by lot: some have no account and lend their hands to intrusions, each of the others has one and lives
 * through one scenario, in turn. Seeded: the same people and options give the same batches.
 * @throws RecordingsMalformed for too few people
 */
export function castDesks(people: readonly RecordedPerson[], { seed, workAtEveryDesk }: CastOptions): Desk[] {
  if (people.length < fewestOwners + outsiders) {
    throw new RecordingsMalformed(`scenarios need ${fewestOwners + outsiders} people, not ${people.length}`);
  }
  const random = createSeededRandom(`scenarios ${seed}`);
  const dealt = random.shuffled(people);
  const strangers = dealt.slice(0, outsiders);
  const owners = dealt.slice(outsiders);
  const first = random.integer(scenarioNames.length);
  const seats = owners.map((owner, index) => {
    const scenario = scenarioNames[(first + index) % scenarioNames.length] ?? 'harmless';
    return { owner, scenario, variant: seed + Math.floor(index / scenarioNames.length), isNew: false };
  });
  for (const [index, owner] of strangers.slice(0, newcomers).entries()) {
    seats.push({ owner, scenario: 'usb-injector', variant: seed + index, isNew: true });
  }
  return seats.map(({ owner, scenario, variant, isNew }) => {
    const own = random.fork(owner.name);
    const subject = pseudonymOf(`${seed}/${owner.name}`);
    const desk: DeskParts = {
      owner,
      intruder: own.fork('intruder').pick(strangers.filter((stranger) => stranger !== owner)),
      diary: createDeskDiary(subject, own.fork('pauses')),
      habits: createWorkHabits(own.fork('habits')),
      place: workplaceOf(`${seed}/${owner.name}`),
      random: own.fork('story'),
      variant,
    };
    if (!isNew) writeEnrolment(desk, workAtEveryDesk || scenario === 'record-thief' ? enrolmentWorkMinutes : 0);
    const enrolled = desk.diary.batches.length;
    scenarios[scenario].compose(desk);
    const later = desk.diary.batches.slice(enrolled);
    return {
      scenario,
      person: owner.name,
      subject,
      history: desk.diary.batches.slice(0, enrolled),
      later,
      onset: later.findIndex(({ origin }) => origin !== 'owner'),
    };
  });
}

/** A day for each session of the enrolment: half of the day's work, the typing, the other half. */
function writeEnrolment(parts: DeskParts, workMinutes: number): void {
  const { enrolment } = parts.owner;
  const half = Math.ceil(workMinutes / enrolment.length / 2);
  for (const session of enrolment) {
    beginUsualDay(parts);
    writeWork(parts, half);
    writeTyping(parts, typedContents(session), 'owner');
    writeWork(parts, half);
  }
}
