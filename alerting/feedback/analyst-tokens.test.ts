import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { readAnalystTokens } from './analyst-tokens.ts';

const digestOf = (token: string) => createHash('sha256').update(token).digest('hex');

describe('a file of tokens', () => {
  it('knows each analyst by the digest of the token alone, also while one token follows another', () => {
    const read = readAnalystTokens(
      `# shift one\navery acme ${digestOf('old')}\n\n  avery acme ${digestOf('new').toUpperCase()}\r\nblake * ${digestOf('b')}\n`,
    );
    if (!read.ok) throw new Error(read.detail);
    const avery = { name: 'avery', tenant: 'acme' };
    expect([read.analysts, read.tokens('old'), read.tokens('new')]).toEqual([3, avery, avery]);
    expect(read.tokens('b')).toEqual({ name: 'blake', tenant: undefined });
    expect([read.tokens(''), read.tokens('o'), read.tokens(digestOf('old'))]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it.each([
    ['# nobody\n', 'it names nobody'],
    [`avery acme ${digestOf('t')}\nblake acme plain-token`, 'line 2'],
    [`avery ${digestOf('t')}`, 'line 1'],
    [`avery ACME ${digestOf('t')}`, 'line 1'],
    [`avery * ${digestOf('t')}\n`.repeat(1_001), 'more than 1000'],
  ])('is refused as a whole where a line is wrong', (text, why) => {
    const read = readAnalystTokens(text);
    expect(read.ok ? '' : read.detail).toContain(why);
    expect(JSON.stringify(read)).not.toContain('plain-token');
  });
});
