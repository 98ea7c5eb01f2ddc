import type { Person } from '../alerts/alert.ts';

/** Whom pseudonyms stand for, as far as anybody told. Implementations answer from memory, and never throw. */
export interface Directory {
  /** `undefined` where the directory does not know the subject, or may not tell. */
  personOf(tenant: string, subject: string): Person | undefined;
  /** Name of the host behind a pseudonym; `undefined` as for {@link personOf}. */
  hostNameOf(tenant: string, host: string): string | undefined;
}

/** The directory of an installation that has none: alerts carry pseudonyms. */
export const noDirectory: Directory = { personOf: () => undefined, hostNameOf: () => undefined };
