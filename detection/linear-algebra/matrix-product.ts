/** `a b` for row-major `a` (`rows x inner`) and `b` (`inner x columns`). */
export function multiply(a: Float64Array, b: Float64Array, rows: number, inner: number, columns: number): Float64Array {
  if (a.length !== rows * inner || b.length !== inner * columns) throw new RangeError('the factors have other sizes');
  const product = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    const to = i * columns;
    // The inner index outside, so that `b` and the product are walked along their rows.
    for (let k = 0; k < inner; k++) {
      const factor = a[i * inner + k]!;
      const from = k * columns;
      for (let j = 0; j < columns; j++) product[to + j]! += factor * b[from + j]!;
    }
  }
  return product;
}

/** The transpose of a row-major `rows x columns` matrix: `columns x rows`. */
export function transposed(matrix: Float64Array, rows: number, columns: number): Float64Array {
  if (matrix.length !== rows * columns) throw new RangeError('the matrix has another size');
  const turned = new Float64Array(matrix.length);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) turned[j * rows + i] = matrix[i * columns + j]!;
  }
  return turned;
}

/** A copy of a square matrix whose entries off the diagonal are multiplied by `1 - share`; `share` is in 0..1. */
export function shrinkToDiagonal(matrix: Float64Array, size: number, share: number): Float64Array {
  if (!(share >= 0 && share <= 1)) throw new RangeError(`a share is in 0..1, not ${share}`);
  const shrunk = Float64Array.from(matrix, (value) => value * (1 - share));
  for (let i = 0; i < size; i++) shrunk[i * size + i] = matrix[i * size + i]!;
  return shrunk;
}

/** A copy of a square matrix with `ridge` added to its diagonal. */
export function addRidge(matrix: Float64Array, size: number, ridge: number): Float64Array {
  const raised = Float64Array.from(matrix);
  for (let i = 0; i < size; i++) raised[i * size + i]! += ridge;
  return raised;
}
