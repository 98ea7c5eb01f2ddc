import { z } from 'zod';
import { maxTenantCharacters } from '../../schemas/batch-limits.ts';
import type { Person } from '../alerts/alert.ts';
import { createJsonRecordReader } from '../json-record.ts';

/** What the directory has entries of. */
export const directoryKinds = ['subject', 'host'] as const;
/** One of {@link directoryKinds}. */
export type DirectoryKind = (typeof directoryKinds)[number];

/** Whose entry it is. */
export interface DirectoryName {
  kind: DirectoryKind;
  tenant: string;
  pseudonym: string;
}

/** What one entry may hold. */
export const directoryLimits = {
  textCharacters: 256,
  groups: 64,
  groupCharacters: 128,
  /** The fullest entry as JSON, each character of it escaped, with room to pad. */
  bytes: 65_536,
} as const;

const text = z.string().max(directoryLimits.textCharacters);
const shape = z.strictObject({
  name: text.min(1),
  fullName: text.nullable(),
  domain: text.nullable(),
  groups: z.array(z.string().min(1).max(directoryLimits.groupCharacters)).max(directoryLimits.groups),
}) satisfies z.ZodType<Person>;

/** What is sealed: a host has a name, no full name and no groups. */
export const readPerson = createJsonRecordReader<Person>({ schema: shape, maxBytes: directoryLimits.bytes });

/** Padded to a multiple of this, so that the length of an entry does not tell a name from another. */
const paddingBytes = 128;

/** An entry as bytes before they are sealed. */
export function personBytes({ name, fullName, domain, groups }: Person): Buffer {
  const json = Buffer.from(JSON.stringify({ name, fullName, domain, groups }));
  return Buffer.concat([json, Buffer.alloc((paddingBytes - (json.length % paddingBytes)) % paddingBytes, ' ')]);
}

/** The record key of an entry; what seals an entry binds it to this. */
export function directoryTopicKey({ kind, tenant, pseudonym }: DirectoryName): Buffer {
  return Buffer.from(`${kind}|${pseudonym}|${tenant}`);
}

const keyPattern = /^(subject|host)\|([0-9a-f]{32})\|([\s\S]*)$/;

/** Whose entry stands under a record key; `undefined` where it is none. */
export function readDirectoryTopicKey(key: Buffer | null): DirectoryName | undefined {
  const [, kind, pseudonym, tenant] = keyPattern.exec(key?.toString() ?? '') ?? [];
  if ((kind !== 'subject' && kind !== 'host') || pseudonym === undefined || tenant === undefined) return undefined;
  return tenant.length > maxTenantCharacters ? undefined : { kind, tenant, pseudonym };
}
