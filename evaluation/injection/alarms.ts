import { type AlarmedStream, firstFalseAlarmsPer } from '../metrics/time-to-detect.ts';
import { judgedStep } from '../typing/typing-windows.ts';

/** Evidence after each batch of 25 keystrokes of one stream, from both layers. */
export interface LayeredStream {
  /** In limits: an alarm from 1 on. */
  cadence: Float64Array;
  /** In nats: an alarm above a threshold. Empty where there is no template. */
  template: Float64Array;
}

/** Where each layer alarms. */
export interface Limits {
  /** Least cadence evidence that is an alarm; Infinity leaves the layer out. */
  cadence: number;
  /** Largest template evidence that is none; Infinity leaves the layer out. */
  template: number;
}

/** The stream with its first alarm from either layer. */
export function alarmOf({ cadence, template }: LayeredStream, limits: Limits): AlarmedStream {
  const batch = cadence.findIndex(
    (regularity, i) => regularity >= limits.cadence || (template[i] ?? Number.NEGATIVE_INFINITY) > limits.template,
  );
  return { events: batch < 0 ? null : (batch + 1) * judgedStep, length: cadence.length * judgedStep };
}

/**
 * The lowest template threshold at which genuine streams, the cadence rules included, have no more first false alarms per
 * 10,000 keys than `nominal`; the largest evidence of them all where none is low enough.
 */
export function templateThreshold(genuine: readonly LayeredStream[], cadence: number, nominal: number): number {
  const highest = genuine
    .map(({ template }) => template.reduce((most, evidence) => Math.max(most, evidence), Number.NEGATIVE_INFINITY))
    .sort((a, b) => b - a);
  const kept = (template: number) =>
    firstFalseAlarmsPer(
      10_000,
      genuine.map((stream) => alarmOf(stream, { cadence, template })),
    ) <= nominal;
  let threshold = highest[0] ?? Number.POSITIVE_INFINITY;
  for (const candidate of highest) {
    if (!kept(candidate)) break;
    threshold = candidate;
  }
  return threshold;
}
