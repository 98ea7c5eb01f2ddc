/** Beyond what float32 holds in earnest, and small enough that its fourth power is still a double. */
const largestValue = 1e30;

/** What a detector reads of a scaled value: missing (NaN) is the centre, 0; what is infinite is very far away, on its side. */
export function finiteValue(value: number): number {
  if (Number.isNaN(value)) return 0;
  return Math.min(Math.max(value, -largestValue), largestValue);
}
