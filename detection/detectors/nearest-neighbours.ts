import type { Row } from '../linear-algebra/covariance.ts';
import type { Whitening } from './whitening.ts';
import { whiten, whitenComponents, whitenSymmetrically } from './whitening.ts';

/** The space in which neighbours are looked for. */
export type NeighbourSpace =
  | {
      kind: 'components';
      most: number;
      /** Components are at most this share of the rows. */
      shareOfRows: number;
      /** Added to each variance, as a share of the mean variance of the components. */
      ridge: number;
    }
  | { kind: 'symmetric'; shrinkToDiagonal: number };

/** How far a row is from the rows the model was fitted to. */
export interface NeighbourOptions {
  space: NeighbourSpace;
  /** The score is the mean distance to so many nearest rows. */
  neighbours: number;
  /** Only the last so many rows are neighbours; all of them where null. */
  recentRows: number | null;
  /** Absolute differences are averaged or added up over the dimensions of the space. */
  distance: 'mean' | 'sum';
}

/** Typing windows: 25 ridged components, 3 neighbours. */
export const typingNeighbours: NeighbourOptions = {
  space: { kind: 'components', most: 25, shareOfRows: 1, ridge: 0.05 },
  neighbours: 3,
  recentRows: null,
  distance: 'mean',
};

/** Pointer windows: 30 components, at most half as many as windows, 5 neighbours. */
export const pointerNeighbours: NeighbourOptions = {
  space: { kind: 'components', most: 30, shareOfRows: 0.5, ridge: 0 },
  neighbours: 5,
  recentRows: null,
  distance: 'mean',
};

/** Repetitions of one fixed text: symmetric whitening, the last 40 repetitions, 3 neighbours. */
export const fixedTextNeighbours: NeighbourOptions = {
  space: { kind: 'symmetric', shrinkToDiagonal: 0.2 },
  neighbours: 3,
  recentRows: 40,
  distance: 'sum',
};

/** The account's whitened rows. */
export interface NearestNeighbours {
  whitening: Whitening;
  /** Row-major, `count x whitening.components`. */
  references: Float64Array;
  count: number;
  neighbours: number;
  /** What the sum of absolute differences is divided by. */
  divisor: number;
}

/**
 * Whitens scaled rows (oldest first) and keeps them as neighbours.
 * @throws RangeError without rows, for rows that differ in length or are not finite, and for options that leave no neighbour
 */
export function fitNearestNeighbours(rows: readonly Row[], options: NeighbourOptions): NearestNeighbours {
  const { space, recentRows } = options;
  if (!(options.neighbours >= 1)) throw new RangeError(`at least one neighbour, not ${options.neighbours}`);
  if (recentRows !== null && !(recentRows >= 1)) throw new RangeError(`at least one recent row, not ${recentRows}`);
  const whitening =
    space.kind === 'symmetric'
      ? whitenSymmetrically(rows, space.shrinkToDiagonal)
      : whitenComponents(
          rows,
          Math.max(1, Math.min(space.most, Math.floor(rows.length * space.shareOfRows))),
          space.ridge,
        );
  const kept = recentRows === null ? rows : rows.slice(-recentRows);
  const { components } = whitening;
  const references = new Float64Array(kept.length * components);
  for (let r = 0; r < kept.length; r++) whiten(whitening, kept[r]!, references, r * components);
  return {
    whitening,
    references,
    count: kept.length,
    neighbours: Math.min(options.neighbours, kept.length),
    divisor: options.distance === 'mean' ? components : 1,
  };
}

/** Written before they are read in every call, and nothing outlives the call. */
let whitened = new Float64Array(128);
let nearest = new Float64Array(8);

/** Mean distance of a scaled row to its nearest neighbours, never negative. Higher is stranger. */
export function nearestNeighboursScore(model: NearestNeighbours, scaled: Row): number {
  const { whitening, references, count, neighbours } = model;
  const { components } = whitening;
  if (whitened.length < components) whitened = new Float64Array(components);
  if (nearest.length < neighbours) nearest = new Float64Array(neighbours);
  whiten(whitening, scaled, whitened);
  nearest.fill(Number.POSITIVE_INFINITY, 0, neighbours);
  for (let r = 0, p = 0; r < count; r++) {
    let distance = 0;
    for (let k = 0; k < components; k++) distance += Math.abs(whitened[k]! - references[p++]!);
    if (distance >= nearest[neighbours - 1]!) continue;
    let at = neighbours - 1;
    while (at > 0 && nearest[at - 1]! > distance) {
      nearest[at] = nearest[at - 1]!;
      at--;
    }
    nearest[at] = distance;
  }
  let sum = 0;
  for (let i = 0; i < neighbours; i++) sum += nearest[i]!;
  return sum / neighbours / model.divisor;
}
