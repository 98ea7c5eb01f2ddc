import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { anyText } from '../../test/fixtures/alert-fixture.ts';
import { plainText } from './plain-text.ts';

describe('a text from outside', () => {
  it.each([
    ['avery', 'avery'],
    ['Zoë Ōtsuka 😀', 'Zoë Ōtsuka 😀'],
    ['  spaced  ', 'spaced'],
    ['a\nb\tc\r', 'a\ufffdb\ufffdc'],
    ['\u001b[31mred', '\ufffd[31mred'],
    ['a\u0085b\u2028c\u2029d', 'a\ufffdb\ufffdc\ufffdd'],
    ['\u202egpj.exe', '\ufffdgpj.exe'],
    ['שלום\u200f', 'שלום\u200f'],
    ['\ud800x', '\ufffdx'],
    ["=cmd|'/C calc'", "=cmd|'/C calc'"],
  ])('%j stands as %j', (text, expected) => {
    expect(plainText(text, 100)).toBe(expected);
  });

  it('is cut by code points, with an ellipsis for the last', () => {
    expect(plainText('😀😀😀😀', 4)).toBe('😀😀😀😀');
    expect(plainText('😀😀😀😀😀', 4)).toBe('😀😀😀…');
  });

  it('is never longer than its limit, always valid UTF-8 and on one line, and stands once it is plain', () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 1, max: 50 }), (text, limit) => {
        const plain = plainText(text, limit);
        expect([...plain].length).toBeLessThanOrEqual(limit);
        expect(Buffer.from(plain).toString()).toBe(plain);
        expect(plain).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u);
        expect(plainText(plain, limit)).toBe(plain);
      }),
    );
  });

  it('costs no walk over what is cut anyway', () => {
    const text = 'x'.repeat(20_000_000);
    expect(plainText(text, 3)).toBe('xx…');
  });
});
