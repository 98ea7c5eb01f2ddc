import { createHash } from 'node:crypto';
import type { BehaviourBatch } from '../../detection/words/behaviour.ts';
import type { Template } from '../../detection/words/template.ts';
import { createSeededRandom, type SeededRandom } from '../../platform/seeded-random.ts';
import { alex, emptyBatch, type Person, pointed, sam, templateOf, typed } from '../../test/samples/seeded-behaviour.ts';

/** Those who type in a run. The same seed gives the same people, templates and batches. */
export interface People {
  /** Half of the people have a template of their own; every seventh of those is somebody else at the keyboard. */
  own: Omit<Template, 'version'>[];
  /** Judges the other half. */
  cohort: Omit<Template, 'version'>;
  subjects: readonly string[];
  /** The next batch of somebody whom chance picks among those whom `free` lets; `undefined` where it lets nobody. */
  next(receivedAtMs: number, free?: (subject: string) => boolean): BehaviourBatch | undefined;
  /** The next batch of one subject. */
  nextOf(subject: string, receivedAtMs: number): BehaviourBatch;
}

/** Who is in a run. */
export interface PeopleOptions {
  tenant: string;
  count: number;
  seed: number;
}

const batchesPerSession = 60;
/** Typed once and repeated: the timings matter, not that they are new. */
const contentsPerPerson = 30;

interface Typist {
  subject: string;
  device: string;
  person: Person;
  firstContent: number;
  sequence: number;
}

const hexOf = (name: string): string => createHash('sha256').update(name).digest('hex').slice(0, 32);

/** Everything that they will do follows from the seed; how fast is up to the caller. */
export function createPeople({ tenant, count, seed }: PeopleOptions): People {
  const random: SeededRandom = createSeededRandom(`people ${seed}`);
  const contents = new Map(
    [alex, sam].map((person) => [person, Array.from({ length: contentsPerPerson }, (_, at) => contentOf(person, at))]),
  );
  const typists = Array.from({ length: count }, (_, index): Typist => {
    const [subject, device] = [hexOf(`subject ${seed} ${index}`), hexOf(`device ${seed} ${index}`)];
    const person = index % 14 === 0 ? sam : alex;
    return { subject, device, person, firstContent: random.integer(contentsPerPerson), sequence: 0 };
  });
  const bySubject = new Map(typists.map((typist) => [typist.subject, typist]));
  const template = templateOf(alex, { tenant });

  function contentOf(person: Person, at: number) {
    const number = seed * 1_000 + at;
    return { keystrokes: typed(person, number), pointer: pointed(person, number) };
  }

  function batchOf(typist: Typist, receivedAtMs: number): BehaviourBatch {
    const { subject, device, person, firstContent, sequence } = typist;
    typist.sequence += 1;
    const session = hexOf(`session ${subject} ${Math.floor(sequence / batchesPerSession)}`);
    const content = contents.get(person)?.[(firstContent + sequence) % contentsPerPerson];
    return emptyBatch({ tenant, subject, device, session, sequence, receivedAtMs, ...content });
  }

  return {
    own: typists.filter((_, index) => index % 2 === 0).map(({ subject }) => ({ ...template, subject })),
    cohort: { ...template, subject: '', kind: 'cohort' },
    subjects: typists.map(({ subject }) => subject),
    next(receivedAtMs, free = () => true) {
      const first = random.integer(typists.length);
      for (let step = 0; step < typists.length; step++) {
        const typist = typists[(first + step) % typists.length];
        if (typist !== undefined && free(typist.subject)) return batchOf(typist, receivedAtMs);
      }
      return undefined;
    },
    nextOf(subject, receivedAtMs) {
      const typist = bySubject.get(subject);
      if (typist === undefined) throw new RangeError('nobody of that name is in this run');
      return batchOf(typist, receivedAtMs);
    },
  };
}
