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

/**
 * The least value of each stretch of `everyMs`, at the stretch's beginning. A heap that is collected now and then rises and
 * falls by as much as a leak of hours: what leaks raises the floor, what is only collected late does not.
 */
export function floorsOf(samples: readonly Sample[], everyMs: number): Sample[] {
  const firstMs = samples[0]?.atMs ?? 0;
  const floors = new Map<number, number>();
  for (const { atMs, value } of samples) {
    const stretch = Math.floor((atMs - firstMs) / everyMs);
    floors.set(stretch, Math.min(floors.get(stretch) ?? value, value));
  }
  return [...floors].map(([stretch, value]) => ({ atMs: firstMs + stretch * everyMs, value }));
}

/** The values alone, rounded: what a slope was fitted to, for the eye. */
export function shownValues(samples: readonly Sample[]): number[] {
  return samples.map(({ value }) => Math.round(value * 10) / 10);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
