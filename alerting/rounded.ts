/** Three decimals are more than any figure in an alert means, and keep it readable. Finite stays finite. */
export function rounded(value: number): number {
  return Number(value.toFixed(3));
}
