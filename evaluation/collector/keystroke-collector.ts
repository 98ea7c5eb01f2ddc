import type { KeystrokeSample, Zone } from '../../detection/words/behaviour.ts';
import { type BatchContent, batchDurationMs, type CollectorIdentity, onGrid } from './batch-content.ts';
import { zoneOfKey, zonePairOf } from './keyboard-zone.ts';
import type { RawKeystroke } from './raw-input.ts';

/** All times of keystrokes are multiples of this. */
export const keystrokeGridMs = 5;
/** A longer press-press breaks the pair: what came before says nothing about this key. */
export const pairBreakMs = 2_000;
/** A key held longer (a resting hand, auto-repeat) is reported as this. */
export const longestHoldMs = 10_000;
/** The wire's bound. */
export const mostKeystrokesPerBatch = 25;

export interface KeystrokeCollectorOptions {
  /** A batch closes when it holds so many keystrokes; 1..25. */
  maxKeystrokes: number;
  /** A batch also closes so long after its first press; `null` for never. */
  maxDurationMs: number | null;
}

/** On a worker's desk: 25 keystrokes or 10 s, whichever comes first. */
export const liveKeystrokeOptions: KeystrokeCollectorOptions = { maxKeystrokes: 25, maxDurationMs: 10_000 };

/**
 * For recordings: always 25 keystrokes (the last batch of a session may be smaller), however long they took, so that
 * "keys to detection" and "per 10,000 keys" are multiples of one batch size and comparable between recordings.
 */
export const replayKeystrokeOptions: KeystrokeCollectorOptions = { maxKeystrokes: 25, maxDurationMs: null };

export interface KeystrokeCollector {
  /** Takes one completed keystroke, in the order of presses. Returns the batches that it closed, mostly none. */
  add(keystroke: RawKeystroke): readonly BatchContent[];
  /** Closes the open batch if its time is over; for a live collector's timer. */
  elapse(nowMs: number): readonly BatchContent[];
  /** Ends the session: closes what is open, and the next key has no previous one. */
  endSession(): readonly BatchContent[];
  /** Keystrokes refused so far because their times make no sense. */
  refused(): number;
}

interface PreviousKey {
  zone: Zone;
  pressMs: number;
  releaseMs: number;
}

/** Sorts by content alone, nulls first, so that nothing of the order of typing survives. */
function byContent(a: KeystrokeSample, b: KeystrokeSample): number {
  return (
    a.zonePair - b.zonePair ||
    a.holdMs - b.holdMs ||
    (a.pressPressMs ?? Number.NEGATIVE_INFINITY) - (b.pressPressMs ?? Number.NEGATIVE_INFINITY) ||
    (a.releasePressMs ?? Number.NEGATIVE_INFINITY) - (b.releasePressMs ?? Number.NEGATIVE_INFINITY) ||
    0
  );
}

function makesSense(keystroke: RawKeystroke): boolean {
  const { pressMs, releaseMs } = keystroke;
  return Number.isFinite(pressMs) && Number.isFinite(releaseMs) && releaseMs >= pressMs;
}

/**
 * The reference collector of keystrokes. Forgets the key as soon as its zone is known. `holdMs` is the key's own;
 * flights lead from the previous key to it. A pause above 2 s, or a press before the previous press, breaks the pair:
 * previous zone `other`, flights `null`. A release before its press, or a time that is not a number, refuses the
 * keystroke and breaks the pair behind it. Throws for options outside the wire's bounds.
 */
export function createKeystrokeCollector(
  options: KeystrokeCollectorOptions,
  identity: CollectorIdentity,
): KeystrokeCollector {
  if (!(options.maxKeystrokes >= 1 && options.maxKeystrokes <= mostKeystrokesPerBatch)) {
    throw new RangeError(`maxKeystrokes must be 1..${mostKeystrokesPerBatch}`);
  }
  let samples: KeystrokeSample[] = [];
  let firstPressMs = 0;
  let endMs = 0;
  let previous: PreviousKey | undefined;
  let refusedKeystrokes = 0;

  function close(): readonly BatchContent[] {
    if (samples.length === 0) return [];
    const content: BatchContent = {
      deviceClockMs: Math.max(0, onGrid(endMs, keystrokeGridMs)),
      durationMs: batchDurationMs(firstPressMs, endMs, keystrokeGridMs),
      ...identity,
      keystrokes: samples.sort(byContent),
      pointer: [],
      activity: [],
    };
    samples = [];
    return [content];
  }

  function elapse(nowMs: number): readonly BatchContent[] {
    if (options.maxDurationMs === null || nowMs - firstPressMs < options.maxDurationMs) return [];
    return close();
  }

  function sampleOf(zone: Zone, keystroke: RawKeystroke): KeystrokeSample {
    const holdMs = onGrid(Math.min(keystroke.releaseMs - keystroke.pressMs, longestHoldMs), keystrokeGridMs);
    const pressPressMs = previous === undefined ? Number.NaN : keystroke.pressMs - previous.pressMs;
    if (previous === undefined || !(pressPressMs >= 0 && pressPressMs <= pairBreakMs)) {
      return { zonePair: zonePairOf('other', zone), holdMs, pressPressMs: null, releasePressMs: null };
    }
    const releasePressMs = Math.max(keystroke.pressMs - previous.releaseMs, -longestHoldMs);
    return {
      zonePair: zonePairOf(previous.zone, zone),
      holdMs,
      pressPressMs: onGrid(pressPressMs, keystrokeGridMs),
      releasePressMs: onGrid(releasePressMs, keystrokeGridMs),
    };
  }

  return {
    add(keystroke) {
      if (!makesSense(keystroke)) {
        refusedKeystrokes += 1;
        previous = undefined;
        return [];
      }
      const closedByTime = samples.length > 0 ? elapse(keystroke.pressMs) : [];
      const zone = zoneOfKey(keystroke.key);
      if (samples.length === 0) {
        firstPressMs = keystroke.pressMs;
        endMs = keystroke.releaseMs;
      }
      firstPressMs = Math.min(firstPressMs, keystroke.pressMs);
      endMs = Math.max(endMs, keystroke.releaseMs);
      samples.push(sampleOf(zone, keystroke));
      previous = { zone, pressMs: keystroke.pressMs, releaseMs: keystroke.releaseMs };
      return samples.length >= options.maxKeystrokes ? [...closedByTime, ...close()] : closedByTime;
    },
    elapse,
    endSession() {
      previous = undefined;
      return close();
    },
    refused: () => refusedKeystrokes,
  };
}
