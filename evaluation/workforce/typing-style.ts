import { zonePairCount, zones } from '../../detection/words/behaviour.ts';
import type { SeededRandom } from '../../platform/seeded-random.ts';
import { zoneOfKey } from '../collector/keyboard-zone.ts';
import type { RawKeystroke } from '../collector/raw-input.ts';
import { nonsenseKeys } from './key-sequence.ts';

/** How one synthetic person types. Medians in ms, spreads as standard deviations of logarithms. */
export interface TypingStyle {
  /** Per zone, in the order of `zones`. */
  holdMedianMs: readonly number[];
  holdLogSpread: number;
  /** Press-press per zone pair, `previous * 6 + current`. */
  flightMedianMs: readonly number[];
  flightLogSpread: number;
  /** Share of keys pressed before the one before is up. */
  rolloverShare: number;
  /** Share of keys after which the person thinks. */
  pauseShare: number;
  pauseMedianMs: number;
  backspaceShare: number;
}

/** Everybody: the space bar and modifiers are held longer, changing hands is quicker, corrections are slower. */
const zoneHoldFactor = [1, 1, 0.95, 0.95, 1.7, 1] as const;
const pauseLogSpread = 0.8;
/** How far people lie apart, and how far one person lies from himself on another day; logarithms. */
const apart = { hold: 0.2, zoneHold: 0.12, flight: 0.22, pairFlight: 0.13 } as const;
const dayToDay = { hold: 0.05, zoneHold: 0.03, flight: 0.06, pairFlight: 0.04 } as const;

function usualFlightMs(zonePair: number): number {
  const previous = zones[Math.floor(zonePair / zones.length)];
  const current = zones[zonePair % zones.length];
  if (previous === 'backspace' || current === 'backspace') return previous === current ? 150 : 300;
  if (previous === 'modifier' || current === 'modifier') return 240;
  if (previous === 'space' || current === 'space') return 165;
  return previous === current ? 185 : 155;
}

/** A new person. People overlap: no single trait tells two of them apart. */
export function createTypingStyle(random: SeededRandom): TypingStyle {
  const holdMs = random.logNormal(98, apart.hold);
  const paceFactor = random.logNormal(1, apart.flight);
  return {
    holdMedianMs: zoneHoldFactor.map((factor) => random.logNormal(holdMs * factor, apart.zoneHold)),
    holdLogSpread: random.uniform(0.18, 0.32),
    flightMedianMs: Array.from({ length: zonePairCount }, (_, pair) =>
      random.logNormal(paceFactor * usualFlightMs(pair), apart.pairFlight),
    ),
    flightLogSpread: random.uniform(0.26, 0.46),
    rolloverShare: random.uniform(0.02, 0.35),
    pauseShare: random.uniform(0.01, 0.05),
    pauseMedianMs: random.logNormal(1_100, 0.3),
    backspaceShare: random.uniform(0.01, 0.06),
  };
}

/** The same person on one day: a little faster or slower, here and there. */
export function typingStyleOfDay(style: TypingStyle, random: SeededRandom): TypingStyle {
  const holdFactor = random.logNormal(1, dayToDay.hold);
  const paceFactor = random.logNormal(1, dayToDay.flight);
  return {
    ...style,
    holdMedianMs: style.holdMedianMs.map((ms) => random.logNormal(ms * holdFactor, dayToDay.zoneHold)),
    flightMedianMs: style.flightMedianMs.map((ms) => random.logNormal(ms * paceFactor, dayToDay.pairFlight)),
  };
}

/** `count` keystrokes of meaningless prose in that style, the first pressed at `startMs`; whole milliseconds. */
export function typeKeys(style: TypingStyle, count: number, startMs: number, random: SeededRandom): RawKeystroke[] {
  const keystrokes: RawKeystroke[] = [];
  let pressMs = startMs;
  let previousZone = zones.indexOf('other');
  let previousHoldMs = 0;
  for (const key of nonsenseKeys(count, style.backspaceShare, random)) {
    const zone = zones.indexOf(zoneOfKey(key));
    const holdMs = random.logNormal(style.holdMedianMs[zone] ?? 100, style.holdLogSpread);
    if (keystrokes.length > 0) {
      const usualMs = style.flightMedianMs[previousZone * zones.length + zone] ?? 200;
      let flightMs = random.logNormal(usualMs, style.flightLogSpread);
      if (random.chance(style.rolloverShare)) flightMs = Math.min(flightMs, previousHoldMs * random.uniform(0.5, 0.98));
      if (random.chance(style.pauseShare)) flightMs += random.logNormal(style.pauseMedianMs, pauseLogSpread);
      pressMs += Math.max(1, flightMs);
    }
    keystrokes.push({ key, pressMs: Math.round(pressMs), releaseMs: Math.round(pressMs + Math.max(1, holdMs)) });
    previousZone = zone;
    previousHoldMs = holdMs;
  }
  return keystrokes;
}
