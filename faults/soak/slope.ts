/** A measured value. */
export interface Sample {
  atMs: number;
  value: number;
}

const msPerHour = 3_600_000;

/** Least-squares slope, per hour; `null` of fewer than three samples, which have none worth telling. */
export function slopePerHour(samples: readonly Sample[]): number | null {
  if (samples.length < 3) return null;
  const meanAt = mean(samples.map(({ atMs }) => atMs));
  const meanValue = mean(samples.map(({ value }) => value));
  let together = 0;
  let alone = 0;
  for (const { atMs, value } of samples) {
    together += (atMs - meanAt) * (value - meanValue);
    alone += (atMs - meanAt) ** 2;
  }
  return alone === 0 ? null : (together / alone) * msPerHour;
}

/** Without the first `share` of the time, in which caches fill and code is compiled. */
export function withoutWarmUp(samples: readonly Sample[], share: number): Sample[] {
  const first = samples[0]?.atMs ?? 0;
  const last = samples.at(-1)?.atMs ?? 0;
  return samples.filter(({ atMs }) => atMs >= first + share * (last - first));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
