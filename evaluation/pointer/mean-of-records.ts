import { standardDeviation } from '../metrics/error-rates.ts';

/** Figures that also say how far the seed moves them. */
const spread: ReadonlySet<string> = new Set(['auc', 'eer', 'caughtWithin60Strokes', 'falseAlarmsPer1kStrokes']);

type Values = readonly unknown[];

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function meanOf(values: Values): unknown {
  const [first] = values;
  if (isRecord(first)) return meanOfRecords(values.filter(isRecord));
  if (Array.isArray(first)) return first.map((_, i) => meanOf(values.map((value) => (value as Values)[i])));
  const numbers = values.filter((value) => typeof value === 'number');
  if (numbers.length < values.length) return first;
  return numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
}

/**
 * Figures of several runs of one shape as one: every number the mean of those in its place, everything else as in the first run;
 * beside the rates that are quoted their standard deviation over the runs.
 */
export function meanOfRecords(records: readonly Readonly<Record<string, unknown>>[]): Record<string, unknown> {
  const [first = {}] = records;
  return Object.fromEntries(
    Object.keys(first).flatMap((name) => {
      const values = records.map((record) => record[name]);
      const numbers = values.filter((value) => typeof value === 'number' && Number.isFinite(value)) as number[];
      const told = records.length > 1 && numbers.length === records.length && spread.has(name);
      return [[name, meanOf(values)], ...(told ? [[`${name}SdOverSeeds`, standardDeviation(numbers)]] : [])];
    }),
  );
}
