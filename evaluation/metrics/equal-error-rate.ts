import { ascending, type Scores } from './ascending.ts';

/**
 * The error rate at which genuine users flagged and impostors missed are equally many, 0..1; higher score = stranger.
 * Thresholds are all distinct scores, flagged means above; the first threshold at which misses reach false alarms is
 * interpolated linearly with the one before (Killourhy and Maxion 2009). NaN where either list is empty.
 */
export function equalErrorRate(genuineScores: Scores, impostorScores: Scores): number {
  return equalErrorRateOfSorted(ascending(genuineScores), ascending(impostorScores));
}

/** {@link equalErrorRate} of lists that are ascending already: one walk over both, up to the crossing. */
export function equalErrorRateOfSorted(genuine: Float64Array, impostors: Float64Array): number {
  if (genuine.length === 0 || impostors.length === 0) return Number.NaN;
  let belowGenuine = 0;
  let belowImpostors = 0;
  let falseAlarms = 1;
  let misses = 0;
  while (belowGenuine < genuine.length || belowImpostors < impostors.length) {
    const threshold = Math.min(
      genuine[belowGenuine] ?? Number.POSITIVE_INFINITY,
      impostors[belowImpostors] ?? Number.POSITIVE_INFINITY,
    );
    while (belowGenuine < genuine.length && !(genuine[belowGenuine]! > threshold)) belowGenuine++;
    while (belowImpostors < impostors.length && !(impostors[belowImpostors]! > threshold)) belowImpostors++;
    const nextFalseAlarms = 1 - belowGenuine / genuine.length;
    const nextMisses = belowImpostors / impostors.length;
    if (nextMisses >= nextFalseAlarms) return crossing(falseAlarms, misses, nextFalseAlarms, nextMisses);
    falseAlarms = nextFalseAlarms;
    misses = nextMisses;
  }
  return falseAlarms;
}

/** Where the line between two neighbouring thresholds has as many misses as false alarms; the first has fewer misses. */
export function crossing(falseAlarms: number, misses: number, nextFalseAlarms: number, nextMisses: number): number {
  const gap = misses - falseAlarms;
  const nextGap = nextMisses - nextFalseAlarms;
  const way = nextGap > gap ? -gap / (nextGap - gap) : 0;
  return falseAlarms + way * (nextFalseAlarms - falseAlarms);
}
