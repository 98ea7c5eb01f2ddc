/**
 * Batches that a window is made of: the fewest most recent whole batches that hold `atLeast` samples. Whole batches, because
 * a batch has no order, and cutting through one would choose by something else.
 */
export function mostRecent<Batch>(
  batches: readonly Batch[],
  sizeOf: (batch: Batch) => number,
  atLeast: number,
): readonly Batch[] {
  let held = 0;
  let first = batches.length;
  while (first > 0 && held < atLeast) {
    first--;
    held += sizeOf(batches[first]!);
  }
  return first === 0 ? batches : batches.slice(first);
}

/** How many samples the batches hold together. */
export function samplesIn<Batch>(batches: readonly Batch[], sizeOf: (batch: Batch) => number): number {
  let held = 0;
  for (const batch of batches) held += sizeOf(batch);
  return held;
}
