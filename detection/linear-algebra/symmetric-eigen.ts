/** Eigenvalues in descending order; row k of `vectors` (row-major, `size x size`) is the unit eigenvector of `values[k]`. */
export interface SymmetricEigen {
  values: Float64Array;
  vectors: Float64Array;
}

/** Implicit shifts per eigenvalue; two suffice as a rule. */
const mostShifts = 60;
/** Squares of entries beside a largest entry of 1 that are no more than nothing; smaller ones would lose their digits. */
const negligibleSquare = 1e-60;

/**
 * Householder reflections bring the symmetric `a` (overwritten) to tridiagonal form with diagonal `d` and `e[i]` beside
 * `d[i]` and `d[i + 1]`. Returns the transposed product of the reflections: its rows are the basis in which `a` is tridiagonal.
 */
function tridiagonalise(a: Float64Array, n: number, d: Float64Array, e: Float64Array): Float64Array {
  const factors = new Float64Array(n);
  const reflector = new Float64Array(n);
  const image = new Float64Array(n);
  for (let k = 0; k < n - 1; k++) {
    let square = 0;
    for (let i = k + 2; i < n; i++) square += a[i * n + k]! ** 2;
    const first = a[(k + 1) * n + k]!;
    if (square < negligibleSquare) {
      e[k] = first;
      continue;
    }
    const length = Math.sqrt(first * first + square);
    e[k] = first > 0 ? -length : length;
    // Scaled so that the reflector's first entry is 1 and the rest is bounded by 1.
    const head = first - e[k]!;
    const factor = -head / e[k]!;
    factors[k] = factor;
    reflector[k + 1] = 1;
    for (let i = k + 2; i < n; i++) reflector[i] = a[i * n + k]! / head;
    let overlap = 0;
    for (let i = k + 1; i < n; i++) {
      let sum = 0;
      for (let j = k + 1; j < n; j++) sum += a[i * n + j]! * reflector[j]!;
      image[i] = factor * sum;
      overlap += image[i]! * reflector[i]!;
    }
    for (let i = k + 1; i < n; i++) image[i]! -= 0.5 * factor * overlap * reflector[i]!;
    for (let i = k + 1; i < n; i++) {
      for (let j = k + 1; j < n; j++) a[i * n + j]! -= reflector[i]! * image[j]! + image[i]! * reflector[j]!;
    }
    // Row k is not read again: it keeps the reflector for the basis below.
    for (let j = k + 1; j < n; j++) a[k * n + j] = reflector[j]!;
  }
  for (let i = 0; i < n; i++) d[i] = a[i * n + i]!;
  const basis = new Float64Array(n * n);
  for (let i = 0; i < n; i++) basis[i * n + i] = 1;
  for (let k = n - 3; k >= 0; k--) {
    if (factors[k] === 0) continue;
    for (let i = k + 1; i < n; i++) {
      let sum = 0;
      for (let j = k + 1; j < n; j++) sum += basis[i * n + j]! * a[k * n + j]!;
      sum *= factors[k]!;
      for (let j = k + 1; j < n; j++) basis[i * n + j]! -= sum * a[k * n + j]!;
    }
  }
  return basis;
}

/** One implicit QL step between `low` and `high`; every rotation turns two rows of `basis`, which lie beside each other. */
function chase(d: Float64Array, e: Float64Array, basis: Float64Array, n: number, low: number, high: number): void {
  const slope = (d[low + 1]! - d[low]!) / (2 * e[low]!);
  const reach = Math.sqrt(slope * slope + 1);
  let bulge = d[high]! - d[low]! + e[low]! / (slope + (slope < 0 ? -reach : reach));
  let sine = 1;
  let cosine = 1;
  let carried = 0;
  for (let i = high - 1; i >= low; i--) {
    const across = sine * e[i]!;
    const along = cosine * e[i]!;
    const length = Math.sqrt(across * across + bulge * bulge);
    e[i + 1] = length;
    if (length === 0) {
      // The matrix fell apart by itself: what was carried is put back, and the caller looks again.
      d[i + 1]! -= carried;
      e[high] = 0;
      return;
    }
    sine = across / length;
    cosine = bulge / length;
    const shifted = d[i + 1]! - carried;
    const mixed = (d[i]! - shifted) * sine + 2 * cosine * along;
    carried = sine * mixed;
    d[i + 1] = shifted + carried;
    bulge = cosine * mixed - along;
    for (let p = i * n, q = p + n, end = q; p < end; p++, q++) {
      const upper = basis[q]!;
      const lower = basis[p]!;
      basis[q] = sine * lower + cosine * upper;
      basis[p] = cosine * lower - sine * upper;
    }
  }
  d[low]! -= carried;
  e[low] = bulge;
  e[high] = 0;
}

/**
 * All eigenvalues and eigenvectors of a symmetric matrix: Householder tridiagonal form, then QL with implicit shifts
 * (Bowdler, Martin, Reinsch and Wilkinson, Numerische Mathematik 11, 1968). Of each vector the entry of largest magnitude
 * is positive, so the same matrix has the same vectors. 125 x 125 takes some 10 ms. `matrix` is row-major and not changed.
 * @throws RangeError for another size than promised, and for a matrix that is not finite
 */
export function symmetricEigen(matrix: Float64Array, size: number): SymmetricEigen {
  if (size < 1 || matrix.length !== size * size) throw new RangeError('a square matrix of another size was promised');
  let largest = 0;
  for (const value of matrix) {
    if (!Number.isFinite(value)) throw new RangeError('the matrix is not finite');
    largest = Math.max(largest, Math.abs(value));
  }
  // Entries of at most 1, so that no square below overflows.
  const unit = largest > 0 ? largest : 1;
  const d = new Float64Array(size);
  const e = new Float64Array(size);
  const basis = tridiagonalise(
    Float64Array.from(matrix, (value) => value / unit),
    size,
    d,
    e,
  );
  let norm = 0;
  for (let i = 0; i < size; i++) norm = Math.max(norm, Math.abs(d[i]!) + Math.abs(e[i]!));
  const negligible = Number.EPSILON * norm;
  for (let low = 0; low < size; low++) {
    for (let shifts = 0; ; shifts++) {
      let high = low;
      while (high < size - 1 && Math.abs(e[high]!) > negligible) high++;
      if (high === low) break;
      if (shifts === mostShifts) throw new RangeError('the eigenvalues did not converge');
      chase(d, e, basis, size, low, high);
    }
  }
  return ordered(d, basis, size, unit);
}

function ordered(d: Float64Array, basis: Float64Array, size: number, unit: number): SymmetricEigen {
  const order = Uint32Array.from(d, (_, i) => i).sort((a, b) => d[b]! - d[a]! || a - b);
  const values = new Float64Array(size);
  const vectors = new Float64Array(size * size);
  for (let k = 0; k < size; k++) {
    const from = order[k]! * size;
    values[k] = d[order[k]!]! * unit;
    let peak = 0;
    for (let i = 0; i < size; i++) if (Math.abs(basis[from + i]!) > Math.abs(peak)) peak = basis[from + i]!;
    const sign = peak < 0 ? -1 : 1;
    for (let i = 0; i < size; i++) vectors[k * size + i] = sign * basis[from + i]!;
  }
  return { values, vectors };
}
