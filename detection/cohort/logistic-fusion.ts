import { choleskyOf, inverseOf } from '../linear-algebra/cholesky.ts';
import { covarianceOf, meanOf, type Row, widthOf } from '../linear-algebra/covariance.ts';
import { multiply } from '../linear-algebra/matrix-product.ts';

/** One judged row of scores whose truth is known. */
export interface FusionExample {
  scores: Row;
  /** What it counts for; need not sum to 1 over the examples. */
  weight: number;
  stranger: boolean;
}

/** Several scores made one: `intercept + sum of weight * (score - centre) / spread`, the log odds of a stranger. */
export interface LogisticFusion {
  centre: Float64Array;
  spread: Float64Array;
  weights: Float64Array;
  intercept: number;
}

/** Steps of Newton's method at most; a penalised logistic loss needs about six. */
const mostSteps = 30;
/** Ends when no coefficient moves by more. */
const leastMove = 1e-10;
/** A score that never varies gets this spread instead of 0. */
const leastSpread = 1e-9;
/** Keeps the curvature above 0 where an example is beyond doubt. */
const leastCurvature = 1e-12;

/**
 * Penalised logistic regression: learns from the users of a background, judging each other, what each detector's score
 * is worth. `ridge` is the penalty on the squared weights, in units of the mean loss, for standardised scores.
 * @throws RangeError without examples of both kinds, for scores that differ in length or are not finite, for weights of
 * a kind that sum to nothing, and for a ridge that is not positive
 */
export function fitLogisticFusion(examples: readonly FusionExample[], ridge: number): LogisticFusion {
  if (!(ridge > 0)) throw new RangeError(`a ridge is positive, not ${ridge}`);
  const rows = examples.map((example) => example.scores);
  const width = widthOf(rows);
  const shares = balancedShares(examples);
  const centre = meanOf(rows, shares);
  const spreads = covarianceOf(rows, centre, shares);
  const spread = Float64Array.from(centre, (_, f) => Math.max(Math.sqrt(spreads[f * width + f]!), leastSpread));

  // The intercept is one more coefficient, of a score that is always 1 and that the penalty leaves alone.
  const size = width + 1;
  const inputs = rows.map((row) =>
    Float64Array.from({ length: size }, (_, f) => (f === width ? 1 : (row[f]! - centre[f]!) / spread[f]!)),
  );
  const coefficients = new Float64Array(size);
  for (let step = 0; step < mostSteps; step++) {
    const slope = new Float64Array(size);
    const curvature = new Float64Array(size * size);
    for (let f = 0; f < width; f++) {
      slope[f] = ridge * coefficients[f]!;
      curvature[f * size + f] = ridge;
    }
    for (let i = 0; i < inputs.length; i++) {
      const input = inputs[i]!;
      let odds = 0;
      for (let f = 0; f < size; f++) odds += coefficients[f]! * input[f]!;
      const chance = 1 / (1 + Math.exp(-odds));
      const miss = shares[i]! * (chance - (examples[i]!.stranger ? 1 : 0));
      const bend = shares[i]! * Math.max(chance * (1 - chance), leastCurvature);
      for (let f = 0; f < size; f++) {
        slope[f]! += miss * input[f]!;
        const scaled = bend * input[f]!;
        for (let g = 0; g <= f; g++) curvature[f * size + g]! += scaled * input[g]!;
      }
    }
    const move = multiply(inverseOf(choleskyOf(curvature, size), size), slope, size, size, 1);
    let largest = 0;
    for (let f = 0; f < size; f++) {
      coefficients[f]! -= move[f]!;
      largest = Math.max(largest, Math.abs(move[f]!));
    }
    if (largest < leastMove) break;
  }
  return { centre, spread, weights: coefficients.slice(0, width), intercept: coefficients[width]! };
}

/** Log odds of a stranger, in nats. Higher is stranger. @throws RangeError for another number of scores, and for NaN. */
export function logisticFusionScore({ centre, spread, weights, intercept }: LogisticFusion, scores: Row): number {
  if (scores.length !== weights.length)
    throw new RangeError(`${scores.length} scores for a fusion of ${weights.length}`);
  let sum = intercept;
  for (let f = 0; f < weights.length; f++) sum += (weights[f]! * (scores[f]! - centre[f]!)) / spread[f]!;
  if (Number.isNaN(sum)) throw new RangeError('a score is not a number');
  return sum;
}

/** Weights as shares: half for the strangers, half for the others. */
function balancedShares(examples: readonly FusionExample[]): Float64Array {
  const totals = { strangers: 0, genuine: 0 };
  for (const { weight, stranger } of examples) totals[stranger ? 'strangers' : 'genuine'] += weight;
  if (!(totals.strangers > 0 && totals.genuine > 0)) throw new RangeError('a fusion needs examples of both kinds');
  return Float64Array.from(examples, ({ weight, stranger }) =>
    stranger ? weight / (2 * totals.strangers) : weight / (2 * totals.genuine),
  );
}
