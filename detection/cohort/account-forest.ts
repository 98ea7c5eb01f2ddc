import { type Row, widthOf } from '../linear-algebra/covariance.ts';

/** How an account's forest is grown. */
export interface AccountForestOptions {
  trees: number;
  /** No leaf is made of fewer rows. */
  leastLeafRows: number;
  /** Features tried at each split; the square root of their number is usual. */
  featuresTried: number;
  /** Uniform numbers in [0, 1): features and thresholds. The same numbers give the same forest. */
  next: () => number;
}

/** Trees that tell an account's rows from those of a background, one after the other in flat arrays. */
export interface AccountForest {
  /** Of a split: the feature asked; -1 for a leaf. */
  feature: Int16Array;
  /** Of a split: rows at or below it go left, to the next node. Of a leaf: the share of strangers there, 0..1. */
  value: Float32Array;
  /** Of a split: the node on the right. */
  right: Int32Array;
  /** Where each tree begins. */
  roots: Int32Array;
  /** Features of a row. */
  width: number;
}

/** Rows by column, with what each counts for either side; both sides sum to 1. */
interface Sample {
  columns: readonly Float64Array[];
  ownWeight: Float64Array;
  strangerWeight: Float64Array;
}

/** The best of the splits tried. */
interface Split {
  feature: number;
  threshold: number;
}

/**
 * Extremely randomised trees (Geurts, Ernst and Wehenkel, Machine Learning 63, 2006), the account's rows against a background's:
 * thresholds are drawn, not searched, and the best of a few draws is kept. Where a covariance sees how far a row is,
 * trees see which narrow ranges are the account's own and nobody else's. The more weight a row has, the more it counts;
 * both sides count the same in sum.
 * @throws RangeError without rows on either side, for rows that differ in length or are not finite, for weights that are
 * not one a row or sum to nothing, and for options below 1
 */
export function fitAccountForest(
  own: { rows: readonly Row[]; weights: Float64Array },
  background: readonly Row[],
  options: AccountForestOptions,
): AccountForest {
  const { trees, leastLeafRows, featuresTried } = options;
  if (!(trees >= 1 && leastLeafRows >= 1 && featuresTried >= 1)) throw new RangeError('a forest option is below 1');
  const width = widthOf(own.rows);
  if (widthOf(background) !== width) throw new RangeError('the account and the background differ in length');
  const sample = sampleOf(own, background, width);
  const count = own.rows.length + background.length;
  const nodes: Nodes = { feature: [], value: [], right: [] };
  const roots = new Int32Array(trees);
  const members = Int32Array.from({ length: count }, (_, i) => i);
  for (let tree = 0; tree < trees; tree++) {
    roots[tree] = nodes.feature.length;
    grow(sample, members, 0, count, options, nodes);
  }
  return {
    feature: Int16Array.from(nodes.feature),
    value: Float32Array.from(nodes.value),
    right: Int32Array.from(nodes.right),
    roots,
    width,
  };
}

/**
 * Mean share of strangers in the leaves that a row falls into, 0..1. Higher is stranger; never NaN: what is no number goes
 * where large values go.
 * @throws RangeError for a row of another length
 */
export function accountForestScore(forest: AccountForest, row: Row): number {
  const { feature, value, right, roots } = forest;
  if (row.length !== forest.width) throw new RangeError(`a row of ${row.length} features for ${forest.width}`);
  let sum = 0;
  for (let tree = 0; tree < roots.length; tree++) {
    let node = roots[tree]!;
    while (feature[node]! >= 0) node = row[feature[node]!]! <= value[node]! ? node + 1 : right[node]!;
    sum += value[node]!;
  }
  return sum / roots.length;
}

function sampleOf(
  own: { rows: readonly Row[]; weights: Float64Array },
  background: readonly Row[],
  width: number,
): Sample {
  if (own.weights.length !== own.rows.length) throw new RangeError('weights and rows differ in number');
  let total = 0;
  for (const weight of own.weights) total += weight;
  if (!(total > 0 && Number.isFinite(total)) || own.weights.some((weight) => !(weight >= 0)))
    throw new RangeError('weights are not negative and have a finite sum above 0');
  const rows = [...own.rows, ...background];
  const ownWeight = new Float64Array(rows.length);
  const strangerWeight = new Float64Array(rows.length);
  for (let i = 0; i < rows.length; i++) {
    if (i < own.rows.length) ownWeight[i] = own.weights[i]! / total;
    else strangerWeight[i] = 1 / background.length;
  }
  // Thresholds are kept as float32, so rows are asked in it too: nothing falls between drawing and asking.
  const columns = Array.from({ length: width }, (_, f) => Float64Array.from(rows, (row) => Math.fround(row[f]!)));
  return { columns, ownWeight, strangerWeight };
}

interface Nodes {
  feature: number[];
  value: number[];
  right: number[];
}

/** Grows the tree over `members[from..to)`, left before right, and reorders them on the way. */
function grow(
  sample: Sample,
  members: Int32Array,
  from: number,
  to: number,
  options: AccountForestOptions,
  nodes: Nodes,
): void {
  let own = 0;
  let strangers = 0;
  for (let i = from; i < to; i++) {
    own += sample.ownWeight[members[i]!]!;
    strangers += sample.strangerWeight[members[i]!]!;
  }
  const node = nodes.feature.length;
  const pure = own === 0 || strangers === 0;
  const split = pure ? undefined : bestSplit(sample, members, from, to, own, strangers, options);
  nodes.right.push(-1);
  if (split === undefined) {
    nodes.feature.push(-1);
    // Rows without any weight say nothing for either side.
    nodes.value.push(own + strangers > 0 ? strangers / (own + strangers) : 0.5);
    return;
  }
  nodes.feature.push(split.feature);
  nodes.value.push(split.threshold);
  const middle = partition(sample.columns[split.feature]!, split.threshold, members, from, to);
  grow(sample, members, from, middle, options, nodes);
  nodes.right[node] = nodes.feature.length;
  grow(sample, members, middle, to, options, nodes);
}

/** Of one random threshold each for a few features that vary here, the one that leaves the purest halves (Gini). */
function bestSplit(
  { columns, ownWeight, strangerWeight }: Sample,
  members: Int32Array,
  from: number,
  to: number,
  own: number,
  strangers: number,
  { leastLeafRows, featuresTried, next }: AccountForestOptions,
): Split | undefined {
  if (to - from < 2 * leastLeafRows) return undefined;
  const width = columns.length;
  const order = Int16Array.from({ length: width }, (_, f) => f);
  let best: Split | undefined;
  let bestImpurity = Number.POSITIVE_INFINITY;
  let tried = 0;
  for (let k = 0; k < width && (tried < featuresTried || best === undefined); k++) {
    const pick = k + Math.floor(next() * (width - k));
    const feature = order[pick]!;
    order[pick] = order[k]!;
    order[k] = feature;
    const column = columns[feature]!;
    let least = Number.POSITIVE_INFINITY;
    let most = Number.NEGATIVE_INFINITY;
    for (let i = from; i < to; i++) {
      const value = column[members[i]!]!;
      if (value < least) least = value;
      if (value > most) most = value;
    }
    if (!(most > least)) continue;
    tried++;
    const threshold = Math.fround(least + next() * (most - least));
    let rows = 0;
    let ownLeft = 0;
    let strangersLeft = 0;
    for (let i = from; i < to; i++) {
      const member = members[i]!;
      if (column[member]! <= threshold) {
        rows++;
        ownLeft += ownWeight[member]!;
        strangersLeft += strangerWeight[member]!;
      }
    }
    if (rows < leastLeafRows || to - from - rows < leastLeafRows) continue;
    const impurity = mixed(ownLeft, strangersLeft) + mixed(own - ownLeft, strangers - strangersLeft);
    if (impurity < bestImpurity) {
      bestImpurity = impurity;
      best = { feature, threshold };
    }
  }
  return best;
}

/** Gini impurity of a node times its weight, halved. */
function mixed(own: number, strangers: number): number {
  const total = own + strangers;
  return total > 0 ? (own * strangers) / total : 0;
}

/** Moves the members at or below the threshold to the front; gives where the others begin. */
function partition(column: Float64Array, threshold: number, members: Int32Array, from: number, to: number): number {
  let front = from;
  let back = to;
  while (front < back) {
    const member = members[front]!;
    if (column[member]! <= threshold) front++;
    else {
      back--;
      members[front] = members[back]!;
      members[back] = member;
    }
  }
  return front;
}
