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
 * Figures of several runs of one shape as one: every number the mean of those in its place, everything else as in the first run.
 */
export function meanOfRecords(records: readonly Readonly<Record<string, unknown>>[]): Record<string, unknown> {
  const [first = {}] = records;
  return Object.fromEntries(Object.keys(first).map((name) => [name, meanOf(records.map((record) => record[name]))]));
}
