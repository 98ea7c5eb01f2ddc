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

/** When what fills is full, and code is compiled. */
export interface WarmUp {
  /** It lasts for this part of the time at least. */
  share: number;
  /** And until then. */
  fullAtMs: number;
}

/** Without the warm-up. */
export function withoutWarmUp(samples: readonly Sample[], { share, fullAtMs }: WarmUp): Sample[] {
  const first = samples[0]?.atMs ?? 0;
  const last = samples.at(-1)?.atMs ?? 0;
  return samples.filter(({ atMs }) => atMs >= Math.max(fullAtMs, first + share * (last - first)));
}

/** One value for each `everyMs`, rounded: what a slope was fitted to, for the eye. */
export function thinned(samples: readonly Sample[], everyMs: number): number[] {
  const firstMs = samples[0]?.atMs ?? 0;
  const kept = new Map(samples.map(({ atMs, value }) => [Math.floor((atMs - firstMs) / everyMs), value]));
  return [...kept.values()].map((value) => Math.round(value * 10) / 10);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
