import { createSecretKey, type KeyObject } from 'node:crypto';

/** A key of the directory under the name that sealed entries carry. */
export interface DirectoryKey {
  id: string;
  key: KeyObject;
}

/** The keys of the directory: one seals, all of them open. */
export interface DirectoryKeys {
  /** The one that was given last. */
  sealing: DirectoryKey;
  byId: ReadonlyMap<string, KeyObject>;
}

/** The keys as read, or what is wrong with the text; never what stands in it. */
export type ReadDirectoryKeys = { ok: true; keys: DirectoryKeys } | { ok: false; detail: string };

/** Length of a key: AES-256. */
export const directoryKeyBytes = 32;
/** Longest name of a key, bytes: it stands in every entry. */
export const maxKeyIdBytes = 32;
/** Keys at once: the present one, and those that older entries were sealed with. */
const maxKeys = 16;
const entryPattern = /^([a-z0-9][a-z0-9-]{0,31}):([0-9a-fA-F]{64})$/;

/** Reads keys as `name:64 hexadecimal digits`, one a line or with blanks between them, the newest last. */
export function readDirectoryKeys(text: string): ReadDirectoryKeys {
  const byId = new Map<string, KeyObject>();
  let sealing: DirectoryKey | undefined;
  for (const [index, entry] of text
    .split(/\s+/)
    .filter((each) => each !== '')
    .entries()) {
    const [, id, hex] = entryPattern.exec(entry) ?? [];
    if (id === undefined || hex === undefined) {
      return { ok: false, detail: `key ${index + 1} is not \`name:64 hexadecimal digits\`` };
    }
    if (byId.has(id)) return { ok: false, detail: `two keys are called ${id}` };
    if (byId.size === maxKeys) return { ok: false, detail: `more than ${maxKeys} keys` };
    sealing = { id, key: createSecretKey(hex, 'hex') };
    byId.set(id, sealing.key);
  }
  return sealing === undefined ? { ok: false, detail: 'there is no key' } : { ok: true, keys: { sealing, byId } };
}
