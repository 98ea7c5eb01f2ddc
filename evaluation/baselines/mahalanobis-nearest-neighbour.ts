import type { Whitening } from '../../detection/detectors/whitening.ts';
import { whiten, whitenComponents } from '../../detection/detectors/whitening.ts';
import type { Row } from '../../detection/linear-algebra/covariance.ts';

/** The account's raw rows in the space where the Mahalanobis distance is the Euclidean one. */
export interface MahalanobisNearestNeighbour {
  whitening: Whitening;
  /** Row-major, `count x whitening.components`. */
  references: Float64Array;
  count: number;
}

/**
 * The second of Killourhy and Maxion (DSN 2009), as published: distance to the nearest training row under the pseudo-inverse of
 * the sample covariance (divided by n - 1). Directions in which the rows do not vary are left out, as a pseudo-inverse does:
 * of fixed text's timings a third is the difference of two others. It is a sanity gate for the protocol, not a competitor.
 * @throws RangeError without rows, and for rows that differ in length or are not finite
 */
export function fitMahalanobisNearestNeighbour(rows: readonly Row[]): MahalanobisNearestNeighbour {
  const whitening = whitenComponents(rows, rows[0]?.length ?? 1, 0);
  const { components } = whitening;
  const references = new Float64Array(rows.length * components);
  rows.forEach((row, r) => {
    whiten(whitening, row, references, r * components);
  });
  return { whitening, references, count: rows.length };
}

/** Mahalanobis distance to the nearest training row. Higher is stranger; 0 for a training row. */
export function mahalanobisNearestNeighbourScore(model: MahalanobisNearestNeighbour, row: Row): number {
  const { whitening, references, count } = model;
  const whitened = new Float64Array(whitening.components);
  whiten(whitening, row, whitened);
  let nearest = Number.POSITIVE_INFINITY;
  for (let r = 0, p = 0; r < count; r++) {
    let square = 0;
    for (let k = 0; k < whitened.length; k++) square += (whitened[k]! - references[p++]!) ** 2;
    if (square < nearest) nearest = square;
  }
  // Whitening divides by the variance over n; published is the one over n - 1.
  return Math.sqrt((nearest * Math.max(count - 1, 1)) / count);
}
