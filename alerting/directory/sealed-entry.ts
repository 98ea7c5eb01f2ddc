import { createCipheriv, createDecipheriv } from 'node:crypto';
import type { Person } from '../alerts/alert.ts';
import { type DirectoryName, directoryLimits, directoryTopicKey, personBytes, readPerson } from './directory-entry.ts';
import { type DirectoryKeys, maxKeyIdBytes } from './directory-keys.ts';

/**
 * Why an entry cannot be opened; a closed list, so that it can label a counter.
 * - `unknown-version`, `truncated`, `too-large`: no bytes of this format.
 * - `unknown-key`: sealed with a key that is not here.
 * - `not-authentic`: altered, moved here from another name, or sealed with another key of the same name.
 * - `malformed`: authentic, and not what an entry may hold.
 */
export const unopenedReasons = [
  'unknown-version',
  'truncated',
  'too-large',
  'unknown-key',
  'not-authentic',
  'malformed',
] as const;
/** One of {@link unopenedReasons}. */
export type UnopenedReason = (typeof unopenedReasons)[number];

/** An entry as opened, or why it cannot be. */
export type OpenedEntry = { ok: true; person: Person } | { ok: false; reason: UnopenedReason };

const version = 1;
const cipher = 'aes-256-gcm';
/** Length of the nonce, bytes: what GCM takes without hashing it. By chance, so at most some 2^32 entries a key. */
export const nonceBytes = 12;
const tagBytes = 16;
const maxSealedBytes = 2 + maxKeyIdBytes + nonceBytes + directoryLimits.bytes + tagBytes;

/**
 * Seals an entry: version, length and name of the key, nonce, AES-256-GCM ciphertext, tag. What stands before the nonce and
 * the record key are authenticated with it. `nonce` must never be used twice.
 */
export function sealEntry(
  person: Person,
  { name, keys, nonce }: { name: DirectoryName; keys: DirectoryKeys; nonce: Buffer },
): Buffer {
  const { id, key } = keys.sealing;
  const head = Buffer.from([version, id.length, ...Buffer.from(id, 'latin1')]);
  const sealing = createCipheriv(cipher, key, nonce, { authTagLength: tagBytes });
  sealing.setAAD(boundTo(head, name));
  const sealed = Buffer.concat([sealing.update(personBytes(person)), sealing.final()]);
  return Buffer.concat([head, nonce, sealed, sealing.getAuthTag()]);
}

/** Opens what stands under a name. Never throws, and tells nothing of the content of what it refuses. */
export function openEntry(
  sealed: Buffer,
  { name, keys }: { name: DirectoryName; keys: Pick<DirectoryKeys, 'byId'> },
): OpenedEntry {
  if (sealed.length > maxSealedBytes) return { ok: false, reason: 'too-large' };
  if (sealed.length > 0 && sealed[0] !== version) return { ok: false, reason: 'unknown-version' };
  const idBytes = sealed[1] ?? 0;
  const headBytes = 2 + idBytes;
  if (idBytes === 0 || idBytes > maxKeyIdBytes || sealed.length < headBytes + nonceBytes + tagBytes) {
    return { ok: false, reason: 'truncated' };
  }
  const key = keys.byId.get(sealed.toString('latin1', 2, headBytes));
  if (key === undefined) return { ok: false, reason: 'unknown-key' };
  const nonce = sealed.subarray(headBytes, headBytes + nonceBytes);
  const opening = createDecipheriv(cipher, key, nonce, { authTagLength: tagBytes });
  opening.setAAD(boundTo(sealed.subarray(0, headBytes), name));
  opening.setAuthTag(sealed.subarray(-tagBytes));
  const content = opening.update(sealed.subarray(headBytes + nonceBytes, -tagBytes));
  try {
    opening.final();
  } catch {
    return { ok: false, reason: 'not-authentic' };
  }
  const read = readPerson(content);
  return read.ok ? { ok: true, person: read.value } : { ok: false, reason: 'malformed' };
}

function boundTo(head: Buffer, name: DirectoryName): Buffer {
  return Buffer.concat([head, directoryTopicKey(name)]);
}
