import type { FixedTextSubject } from '../recordings/cmu.ts';
import { fixedTextFeatures } from './fixed-text-features.ts';

/** Repetitions that an account is enrolled on: Killourhy and Maxion's first half. The rest is judged. */
export const enrolmentRepetitions = 200;
/** Repetitions that every other subject lends as an impostor. */
export const attemptsPerImpostor = 5;

/** A subject with its repetitions as features; as account, as impostor, or as part of a background. */
export interface FixedTextAccount {
  name: string;
  /** Seconds, as `FixedTextSubject` has them. */
  timings: readonly Float64Array[];
  features: readonly Float64Array[];
  sessions: readonly number[];
}

/** Accounts with repetitions beyond enrolment; the others cannot be judged. */
export function accountsOf(subjects: readonly FixedTextSubject[]): FixedTextAccount[] {
  return subjects
    .filter((subject) => subject.repetitions.length >= enrolmentRepetitions + attemptsPerImpostor)
    .map(({ name, repetitions, sessions }) => ({
      name,
      timings: repetitions,
      features: repetitions.map(fixedTextFeatures),
      sessions,
    }));
}

/**
 * Which repetitions an impostor tries: the first (who has never typed the text, the published protocol) or the last (who has
 * practised it hundreds of times).
 */
export type Practice = 'novice' | 'practised';

/** Where an impostor's attempts begin and end among that subject's repetitions. */
export function attemptsOf({ features }: FixedTextAccount, practice: Practice): [number, number] {
  return practice === 'novice' ? [0, attemptsPerImpostor] : [features.length - attemptsPerImpostor, features.length];
}

/** Every second account, in the order of the recordings: what is chosen on one half is reported on the other. */
export function halvesOf<T>(accounts: readonly T[]): [T[], T[]] {
  return [accounts.filter((_, i) => i % 2 === 0), accounts.filter((_, i) => i % 2 === 1)];
}
