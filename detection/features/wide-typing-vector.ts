import { type KeystrokeWindow, unpackKeystrokes } from './keystroke-window.ts';
import { linkedTimings, withFlights } from './linked-timings.ts';
import { writeWideResiduals } from './wide-residuals.ts';
import { writeWideTimings } from './wide-timings.ts';
import { wideFeatureCount } from './wide-typing-catalogue.ts';
import {
  byZonePair,
  fitZonePairModel,
  type PairedTimings,
  scoreTimings,
  type ZonePairModel,
} from './zone-pair-model.ts';

/**
 * A window in more words than the 81 of the typing vector: also the previous key's hold and release-release, how times go
 * together, how they lie within each pair, and coarse histograms. A background finds the few directions in it that tell
 * people apart (see cohort/discriminant.ts).
 */

/** What keystrokes are measured against: as they are, and as {@link linkedTimings} tells them. */
export interface WideTypingModel {
  own: ZonePairModel;
  linked: ZonePairModel;
}

/** Fits both models. @throws RangeError when there is no keystroke with a flight */
export function fitWideTypingModel(parts: readonly PairedTimings[], classes?: number): WideTypingModel {
  const flights = parts.map((part) => withFlights(linkedTimings(part)));
  return { own: fitZonePairModel(parts, classes), linked: fitZonePairModel(flights, classes) };
}

/** Keystrokes against a {@link WideTypingModel}: what `scoreTimings` makes of them, told both ways. */
export interface WideScores {
  own: Float32Array;
  linked: Float32Array;
}

/** Scores keystrokes; `linked` are {@link linkedTimings} of `timings`. */
export function scoreWide(model: WideTypingModel, timings: PairedTimings, linked: PairedTimings): WideScores {
  return { own: scoreTimings(model.own, timings), linked: scoreTimings(model.linked, linked) };
}

/** The wide vector of one window. Windows are sorted, so not a bit depends on the order of typing; never NaN. */
export function wideTypingVector(window: KeystrokeWindow, model: WideTypingModel): Float32Array {
  const columns = unpackKeystrokes(window);
  const timings = byZonePair(columns);
  const linked = linkedTimings(timings);
  const scores = scoreWide(model, timings, linked);
  const out = new Float32Array(wideFeatureCount);
  writeWideTimings(columns, linked, 0, window.length, out);
  writeWideResiduals(columns, scores.own, scores.linked, 0, window.length, out);
  return out;
}
