import { type Zone, zones } from '../../detection/words/behaviour.ts';
import { type TypingSamples, typingSamplesOf } from '../typing/typing-recordings.ts';
import { joinedSamples } from '../typing/typing-windows.ts';
import type { KeyTimes } from './typing-generator.ts';

/** The keys that an injector types in a victim's place, and where the victim's sessions began among them. */
export interface KeysToInject {
  /** Zone of each key, 0..5. */
  keyZones: Uint8Array;
  /** Positions at which a session begins: what came before says nothing about that key. */
  sessionStarts: readonly number[];
}

/** `count` keys of the sessions from position `from` on, fewer where they end. */
export function keysOf(sessions: readonly TypingSamples[], from: number, count: number): KeysToInject {
  const keyZones = joinedSamples(sessions).zonePair.map((pair) => pair % zones.length);
  const sessionStarts: number[] = [];
  let at = 0;
  for (const { zonePair } of sessions) {
    if (at > from && at < from + count) sessionStarts.push(at - from);
    at += zonePair.length;
  }
  return { keyZones: keyZones.subarray(from, from + count), sessionStarts };
}

/** A key of each zone: injected keys pass the reference collector, which knows keys. */
const keyOfZone: Record<Zone, string> = {
  left: 'a',
  right: 'j',
  space: 'space',
  backspace: 'backspace',
  modifier: 'shift',
  other: 'enter',
};
const keys = zones.map((zone) => keyOfZone[zone]);

/** What the wire carries of injected keys, session by session; pauses above 2 s break pairs, as they do for people. */
export function injectedSamples({ keyZones, sessionStarts }: KeysToInject, times: KeyTimes): TypingSamples {
  const keystrokes = Array.from(keyZones, (zone, i) => ({
    key: keys[zone] ?? 'enter',
    pressMs: times.pressMs[i] ?? 0,
    releaseMs: times.releaseMs[i] ?? 0,
  }));
  const bounds = [0, ...sessionStarts, keystrokes.length];
  const sessions = bounds.slice(1).map((end, i) => typingSamplesOf(keystrokes.slice(bounds[i], end), () => 0));
  return joinedSamples(sessions);
}
