import { describe, expect, it } from '@jest/globals';
import { zoneOfKey, zonePairOf } from './keyboard-zone.ts';

describe('keyboard zones', () => {
  it('agree between a key name and its JavaScript code', () => {
    const same: [string, number][] = [
      ['space', 32],
      ['backspace', 8],
      ['shift', 16],
      ['ctrl', 17],
      ['alt', 18],
      ['caps_lock', 20],
      ['back_quote', 192],
      ['period', 190],
      ['comma', 188],
      ['slash', 191],
      ['semicolon', 186],
      ['semicolon', 59],
      ['equals', 187],
      ['equals', 61],
      ['dash', 189],
      ['dash', 173],
      ['open_bracket', 219],
      ['back_slash', 220],
      ['close_bracket', 221],
      ['quote', 222],
      ['enter', 13],
      ['delete', 46],
    ];
    for (const letter of 'abcdefghijklmnopqrstuvwxyz0123456789')
      same.push([letter, letter.toUpperCase().charCodeAt(0)]);
    for (const [name, code] of same) expect([name, zoneOfKey(name)]).toEqual([name, zoneOfKey(code)]);
  });

  it("put the touch typist's hands left and right", () => {
    for (const key of 'qwertasdfgzxcvb12345`') expect(zoneOfKey(key)).toBe('left');
    for (const key of "yuiophjklnm67890-=[];',./\\") expect(zoneOfKey(key)).toBe('right');
    expect(zoneOfKey('Q')).toBe('left');
  });

  it('call what is unknown other', () => {
    for (const key of [
      'enter',
      'tab',
      'left',
      'right',
      'numpad_7',
      'delete',
      '',
      'ß',
      13,
      37,
      46,
      97,
      -1,
      Number.NaN,
    ]) {
      expect(zoneOfKey(key)).toBe('other');
    }
  });

  it('number the pairs 0..35 in the order of the wire', () => {
    expect(zonePairOf('left', 'left')).toBe(0);
    expect(zonePairOf('left', 'right')).toBe(1);
    expect(zonePairOf('right', 'left')).toBe(6);
    expect(zonePairOf('other', 'other')).toBe(35);
  });
});
