import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Person } from '../alerts/alert.ts';
import { type DirectoryName, directoryLimits, directoryTopicKey, readDirectoryTopicKey } from './directory-entry.ts';
import { type DirectoryKeys, readDirectoryKeys } from './directory-keys.ts';
import { openEntry, sealEntry } from './sealed-entry.ts';

function keysOf(text: string): DirectoryKeys {
  const read = readDirectoryKeys(text);
  if (!read.ok) throw new Error(read.detail);
  return read.keys;
}

const older = `2026-10:${'ab'.repeat(32)}`;
const newer = `2026-11:${'cd'.repeat(32)}`;
const keys = keysOf(older);
const pseudonym = fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => Buffer.from(bytes).toString('hex'));
const anyName: fc.Arbitrary<DirectoryName> = fc.record({
  kind: fc.constantFrom('subject' as const, 'host' as const),
  tenant: fc.constantFrom('acme', 'default', 'a|b'),
  pseudonym,
});
const anyText = fc.string({ unit: 'binary', maxLength: 64 });
const anyPerson: fc.Arbitrary<Person> = fc.record({
  name: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 64 }),
  fullName: fc.option(anyText, { nil: null }),
  domain: fc.option(anyText, { nil: null }),
  groups: fc.array(fc.string({ minLength: 1, maxLength: 64 }), { maxLength: 8 }),
});
const anyNonce = fc.uint8Array({ minLength: 12, maxLength: 12 }).map((bytes) => Buffer.from(bytes));
const name: DirectoryName = { kind: 'subject', tenant: 'acme', pseudonym: 'a'.repeat(32) };
const avery: Person = { name: 'avery', fullName: 'Avery Example', domain: 'CORP', groups: ['finance'] };
const sealed = sealEntry(avery, { name, keys, nonce: Buffer.alloc(12, 7) });

describe('a sealed entry', () => {
  it('is opened as it was sealed, whatever it says', () => {
    fc.assert(
      fc.property(anyPerson, anyName, anyNonce, (person, whose, nonce) => {
        expect(openEntry(sealEntry(person, { name: whose, keys, nonce }), { name: whose, keys })).toEqual({
          ok: true,
          person,
        });
      }),
    );
  });

  it('holds the fullest person, and none that is fuller', () => {
    const text = '\u{1F9D1}'.repeat(directoryLimits.textCharacters / 2);
    const groups = Array.from({ length: directoryLimits.groups }, () =>
      '\u4e2d'.repeat(directoryLimits.groupCharacters),
    );
    const fullest: Person = { name: text, fullName: text, domain: text, groups };
    const open = (person: Person) =>
      openEntry(sealEntry(person, { name, keys, nonce: Buffer.alloc(12) }), { name, keys });
    expect(open(fullest)).toEqual({ ok: true, person: fullest });
    expect(open({ ...fullest, groups: [...groups, 'one more'] })).toEqual({ ok: false, reason: 'malformed' });
    expect(open({ ...fullest, name: '' })).toEqual({ ok: false, reason: 'malformed' });
  });

  it('is refused with any one bit of it flipped', () => {
    const opened: number[] = [];
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const altered = Buffer.from(sealed);
      altered[bit >> 3] = (altered[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      if (openEntry(altered, { name, keys }).ok) opened.push(bit);
    }
    expect(opened).toEqual([]);
  });

  it('is refused cut short at any byte, and with anything behind it', () => {
    for (let bytes = 0; bytes < sealed.length; bytes++) {
      expect(openEntry(sealed.subarray(0, bytes), { name, keys }).ok).toBe(false);
    }
    expect(openEntry(Buffer.concat([sealed, Buffer.alloc(1)]), { name, keys })).toMatchObject({ ok: false });
    expect(openEntry(Buffer.alloc(100_000, 1), { name, keys })).toEqual({ ok: false, reason: 'too-large' });
  });

  it('is refused under any name but its own', () => {
    fc.assert(
      fc.property(anyName, (other) => {
        fc.pre(!directoryTopicKey(other).equals(directoryTopicKey(name)));
        expect(openEntry(sealed, { name: other, keys })).toEqual({ ok: false, reason: 'not-authentic' });
      }),
    );
  });

  it('is refused with a key that is not here, or another of the same name', () => {
    expect(openEntry(sealed, { name, keys: keysOf(newer) })).toEqual({ ok: false, reason: 'unknown-key' });
    const impostor = keysOf(`2026-10:${'ef'.repeat(32)}`);
    expect(openEntry(sealed, { name, keys: impostor })).toEqual({ ok: false, reason: 'not-authentic' });
  });

  it('is sealed with the last key, and opened with any', () => {
    const both = keysOf(`${older}\n${newer}\n`);
    const again = sealEntry(avery, { name, keys: both, nonce: Buffer.alloc(12, 9) });
    expect(again.toString('latin1')).toContain('2026-11');
    expect([sealed, again].map((each) => openEntry(each, { name, keys: both }).ok)).toEqual([true, true]);
    expect(openEntry(again, { name, keys })).toEqual({ ok: false, reason: 'unknown-key' });
  });

  it('tells nothing of its content, nor by its length of a short name', () => {
    const other = sealEntry({ ...avery, name: 'averyx' }, { name, keys, nonce: Buffer.alloc(12, 8) });
    expect(other.length).toBe(sealed.length);
    expect(sealed.toString('latin1')).not.toMatch(/avery|CORP|finance/i);
  });

  it('never makes the reader throw, whatever stands there', () => {
    const head = Buffer.from(sealed.subarray(0, 9));
    const bytes = fc.uint8Array({ maxLength: 200 });
    fc.assert(
      fc.property(bytes, fc.boolean(), (random, withHead) => {
        const given = Buffer.concat([withHead ? head : Buffer.alloc(0), random]);
        expect(openEntry(given, { name, keys }).ok).toBe(false);
      }),
    );
  });
});

describe('the record key of an entry', () => {
  it('is read back as it was written', () => {
    fc.assert(
      fc.property(anyName, (whose) => {
        expect(readDirectoryTopicKey(directoryTopicKey(whose))).toEqual(whose);
      }),
    );
  });

  it.each([
    null,
    '',
    'subject',
    `person|${'a'.repeat(32)}|acme`,
    'subject|abc|acme',
    `host|${'a'.repeat(32)}`,
    `host|${'a'.repeat(32)}|${'t'.repeat(65)}`,
  ])('is none: %s', (key) => expect(readDirectoryTopicKey(key === null ? null : Buffer.from(key))).toBeUndefined());
});

describe('the keys of the directory', () => {
  it.each([
    ['', 'no key'],
    ['2026', 'key 1'],
    [`${older} 2026:${'zz'.repeat(32)}`, 'key 2'],
    [`UPPER:${'ab'.repeat(32)}`, 'key 1'],
    [`${older}\n${older}`, 'two keys are called 2026-10'],
    [Array.from({ length: 17 }, (_, at) => `k${at}:${'ab'.repeat(32)}`).join('\n'), 'more than 16'],
  ])('are refused as a whole, without a word of them', (text, why) => {
    const read = readDirectoryKeys(text);
    expect(read.ok ? '' : read.detail).toContain(why);
    expect(JSON.stringify(read)).not.toMatch(/abab|zzzz/);
  });
});
