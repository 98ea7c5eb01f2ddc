/**
 * A histogram whose bins overlap: a value between two bins' centres counts for both, the nearer the more, so that a hand
 * a millisecond faster, or a clock a little coarser, moves the histogram a little and not by a bin. Tabulated by step.
 */
export interface SoftBins {
  count: number;
  /** Lower of the two bins of each table entry. */
  lower: Uint8Array;
  /** Share of each entry that falls into the bin above. */
  above: Float64Array;
  /** The bins' centres, in the table's unit. */
  centres: Float64Array;
}

/** Bins evenly spaced from `lowest` to `highest` over a table of values; what lies beyond counts for the outermost. */
export function softBins(table: Float64Array, lowest: number, highest: number, count: number): SoftBins {
  const width = (highest - lowest) / (count - 1);
  const lower = new Uint8Array(table.length);
  const above = new Float64Array(table.length);
  for (let i = 0; i < table.length; i++) {
    const position = Math.min(Math.max((table[i]! - lowest) / width, 0), count - 1);
    lower[i] = Math.min(Math.floor(position), count - 2);
    above[i] = position - lower[i]!;
  }
  return { count, lower, above, centres: Float64Array.from({ length: count }, (_, bin) => lowest + bin * width) };
}

/** Counts one table entry into `counts`, whose first bin is at `at`. */
export function addSoftly({ lower, above }: SoftBins, entry: number, counts: Float64Array, at: number): void {
  const bin = at + lower[entry]!;
  counts[bin]! += 1 - above[entry]!;
  counts[bin + 1]! += above[entry]!;
}
