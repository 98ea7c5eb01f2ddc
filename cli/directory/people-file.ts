import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import type { Person } from '../../alerting/alerts/alert.ts';
import {
  type DirectoryName,
  directoryKinds,
  directoryLimits,
  readPerson,
} from '../../alerting/directory/directory-entry.ts';
import type { Pseudonymiser } from '../../ingest/pseudonymiser.ts';
import { exitCodes } from '../../platform/exit-codes.ts';
import { Refusal } from '../config-options.ts';

/** Somebody as the file names them, under the name that the topic knows. */
export interface NamedPerson {
  name: DirectoryName;
  person: Person;
}

/** How the file's ids become pseudonyms. */
export interface PeopleFileOptions {
  tenant: string;
  /** Not given: every line must name the pseudonym itself. */
  pseudonymise: Pseudonymiser | undefined;
}

const hex = z.string().regex(/^[0-9a-f]{32}$/, 'must be 32 lower-case hexadecimal digits');
const lineShape = z.strictObject({
  kind: z.enum(directoryKinds).default('subject'),
  id: hex.optional(),
  pseudonym: hex.optional(),
  name: z.string(),
  fullName: z.string().nullable().default(null),
  domain: z.string().nullable().default(null),
  groups: z.array(z.string()).default([]),
});

/**
 * Reads people, one JSON object a line. @throws Refusal that names the line and the field where one is wrong; never what
 * stands in it
 */
export async function* readPeople(path: string, options: PeopleFileOptions): AsyncGenerator<NamedPerson> {
  const lines = createInterface({ input: createReadStream(path, 'utf8'), crlfDelay: Number.POSITIVE_INFINITY });
  let number = 0;
  try {
    for await (const line of lines) {
      number += 1;
      if (line.trim() !== '') yield namedPerson(line, `line ${number} of the file`, options);
    }
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal(`--people cannot be read: ${error instanceof Error ? error.message : error}`, exitCodes.usage);
  }
}

function namedPerson(line: string, where: string, { tenant, pseudonymise }: PeopleFileOptions): NamedPerson {
  const refuse = (why: string) => new Refusal(`${where}: ${why}`, exitCodes.usage);
  if (line.length > directoryLimits.bytes) throw refuse(`longer than ${directoryLimits.bytes} characters`);
  const read = lineShape.safeParse(parsed(line));
  if (!read.success) throw refuse(problemOf(read.error.issues[0]));
  const { kind, id, pseudonym, ...said } = read.data;
  if ((id === undefined) === (pseudonym === undefined)) throw refuse('name either id or pseudonym');
  // The same limits as whoever opens it: what is sealed here must not be refused there.
  const person = readPerson(Buffer.from(JSON.stringify(said)));
  if (!person.ok) throw refuse(person.detail);
  if (pseudonym !== undefined) return { name: { kind, tenant, pseudonym }, person: person.value };
  if (pseudonymise === undefined || id === undefined) {
    throw refuse('has an id of the collector\n  fix: give --pseudonym-key-file, with which it becomes a pseudonym');
  }
  return { name: { kind, tenant, pseudonym: pseudonymise(kind, id) }, person: person.value };
}

/** Anything that is no JSON is no object either, which the shape says. */
function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function problemOf(issue: z.core.$ZodIssue | undefined): string {
  if (issue === undefined || issue.path.length === 0) return 'is not an object with kind, id or pseudonym, and name';
  return `${issue.path.join('.')}: ${issue.message}`;
}
