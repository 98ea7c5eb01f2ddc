import { currentCatalogue } from '../../detection/features/catalogue.ts';
import type { ModelledModality } from '../../detection/words/template.ts';
import { createSeededRandom, type SeededRandom } from '../../platform/seeded-random.ts';
import type { TrainingRow, TrainingSubject } from '../../training/training-subject.ts';

/** A made-up person whose features move together along a few habits of their own. Synthetic: for tests only. */
export interface SyntheticPerson {
  subject: string;
  /** One window's vector, in the catalogue's own spreads. */
  window(random: SeededRandom): Float32Array;
}

/** `distance`: how far people's centres lie apart, in spreads of one person. */
export function syntheticPerson(
  person: number,
  modality: ModelledModality = 'keystrokes',
  distance = 0.8,
): SyntheticPerson {
  const { referenceSpread } = currentCatalogue(modality);
  const inputs = referenceSpread.length;
  const traits = createSeededRandom(1000 + person);
  const centre = Array.from({ length: inputs }, () => traits.normal(0, 1) * distance);
  const habits = Array.from({ length: 3 }, () => Array.from({ length: inputs }, () => traits.normal(0, 1) * 0.8));
  return {
    subject: person.toString(16).padStart(32, '0'),
    window(random) {
      const moods = habits.map(() => random.normal(0, 1));
      return Float32Array.from(centre, (middle, i) => {
        const together = habits.reduce((sum, habit, h) => sum + (habit[i] ?? 0) * (moods[h] ?? 0), 0);
        return (middle + together + 0.4 * random.normal(0, 1)) * (referenceSpread[i] ?? 1);
      });
    },
  };
}

/** Rows of one person, sessions of equal length. */
export function syntheticRows(person: SyntheticPerson, sessions: number, perSession: number, seed = 1): TrainingRow[] {
  const random = createSeededRandom(`${seed}/${person.subject}`);
  return Array.from({ length: sessions * perSession }, (_, i) => ({
    session: Math.floor(i / perSession),
    vector: person.window(random),
  }));
}

/** People with typing of their own. */
export function syntheticSubjects(count: number, sessions = 3, perSession = 10): TrainingSubject[] {
  return Array.from({ length: count }, (_, i) => {
    const person = syntheticPerson(i + 1);
    return { subject: person.subject, rows: { keystrokes: syntheticRows(person, sessions, perSession) } };
  });
}
