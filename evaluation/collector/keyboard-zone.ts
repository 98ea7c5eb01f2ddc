import { type Zone, zones } from '../../detection/words/behaviour.ts';

/** Left hand of a US keyboard under touch typing: the letters, 1-5 and the back quote. */
const leftCharacters = '`12345qwertasdfgzxcvb';
/** Right hand: the letters, 6-0 and the punctuation. */
const rightCharacters = "67890-=yuiop[]\\hjkl;'nm,./";

const namedZones: Record<string, Zone> = {
  back_quote: 'left',
  dash: 'right',
  equals: 'right',
  open_bracket: 'right',
  close_bracket: 'right',
  back_slash: 'right',
  semicolon: 'right',
  quote: 'right',
  comma: 'right',
  period: 'right',
  slash: 'right',
  space: 'space',
  ' ': 'space',
  backspace: 'backspace',
  shift: 'modifier',
  ctrl: 'modifier',
  control: 'modifier',
  alt: 'modifier',
  meta: 'modifier',
  caps_lock: 'modifier',
  capslock: 'modifier',
};

/** JavaScript `keyCode`s that are not the ASCII code of a letter or digit; 59, 61 and 173 are Firefox's for ; = and -. */
const codedZones: Record<number, Zone> = {
  8: 'backspace',
  16: 'modifier',
  17: 'modifier',
  18: 'modifier',
  20: 'modifier',
  32: 'space',
  59: 'right',
  61: 'right',
  91: 'modifier',
  92: 'modifier',
  173: 'right',
  186: 'right',
  187: 'right',
  188: 'right',
  189: 'right',
  190: 'right',
  191: 'right',
  192: 'left',
  219: 'right',
  220: 'right',
  221: 'right',
  222: 'right',
};

const zoneByName = new Map<string, Zone>(Object.entries(namedZones));
for (const character of leftCharacters) zoneByName.set(character, 'left');
for (const character of rightCharacters) zoneByName.set(character, 'right');

const zoneByCode = new Map<number, Zone>(Object.entries(codedZones).map(([code, zone]) => [Number(code), zone]));
for (const character of 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789') {
  zoneByCode.set(character.charCodeAt(0), zoneByName.get(character.toLowerCase()) ?? 'other');
}

/**
 * The zone of a key of a US keyboard, by name or by JavaScript `keyCode`. A layout's own letters keep the place of the
 * key they are printed on only if the caller passes that key. Delete, arrows, Enter, Tab, the number pad and whatever
 * is unknown are `other`. The table is part of the wire format: changing it needs a new schema version.
 */
export function zoneOfKey(key: string | number): Zone {
  if (typeof key === 'number') return zoneByCode.get(key) ?? 'other';
  return zoneByName.get(key.toLowerCase()) ?? 'other';
}

/** The wire's number for a pair of zones, `previous * 6 + current`. */
export function zonePairOf(previous: Zone, current: Zone): number {
  return zones.indexOf(previous) * zones.length + zones.indexOf(current);
}
