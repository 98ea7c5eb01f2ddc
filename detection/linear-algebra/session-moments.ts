/** A session of samples in what covariances need of it. Matrices are row-major, `width x width`, symmetric. */
export interface SessionMoments {
  samples: number;
  mean: Float64Array;
  /** Blocks of consecutive samples, of equal length from the start on; a remainder is in none. */
  blocks: number;
  /** Mean of the blocks' means; zeros where there is none. */
  blockMean: Float64Array;
  /** Sum of outer products of the blocks' means around `blockMean`. */
  blockScatter: Float64Array;
}

/**
 * Summarises a session of `samples` samples of `width` numbers; `write(i, out)` gives sample `i`. Consecutive samples resemble
 * each other, so blocks of some of them, not single ones, tell how much a mean of many varies.
 * @throws RangeError for no samples or a block below one sample
 */
export function sessionMomentsOf(
  samples: number,
  width: number,
  blockSamples: number,
  write: (sample: number, out: Float64Array) => void,
): SessionMoments {
  if (!(samples >= 1)) throw new RangeError('a session has at least one sample');
  if (!(blockSamples >= 1)) throw new RangeError(`a block has at least one sample, not ${blockSamples}`);
  const mean = new Float64Array(width);
  const blockMean = new Float64Array(width);
  const blockScatter = new Float64Array(width * width);
  const sample = new Float64Array(width);
  const block = new Float64Array(width);
  let blocks = 0;
  for (let i = 0; i < samples; i++) {
    write(i, sample);
    for (let f = 0; f < width; f++) block[f]! += sample[f]!;
    if ((i + 1) % blockSamples !== 0) continue;
    for (let f = 0; f < width; f++) {
      mean[f]! += block[f]!;
      block[f]! /= blockSamples;
      blockMean[f]! += block[f]!;
    }
    addProducts(blockScatter, block, 1);
    block.fill(0);
    blocks++;
  }
  for (let f = 0; f < width; f++) {
    mean[f] = (mean[f]! + block[f]!) / samples;
    if (blocks > 0) blockMean[f]! /= blocks;
  }
  addProducts(blockScatter, blockMean, -blocks);
  mirror(blockScatter, width);
  return { samples, mean, blocks, blockMean, blockScatter };
}

/** Adds `factor * row row'` to the lower triangle. */
function addProducts(sum: Float64Array, row: Float64Array, factor: number): void {
  const width = row.length;
  for (let i = 0; i < width; i++) {
    const value = factor * row[i]!;
    for (let j = 0, p = i * width; j <= i; j++) sum[p++]! += value * row[j]!;
  }
}

function mirror(sum: Float64Array, width: number): void {
  for (let i = 0; i < width; i++) for (let j = 0; j < i; j++) sum[j * width + i] = sum[i * width + j]!;
}

/** A sum of outer products over `rows` rows; `sum / rows` estimates a covariance without bias. */
export interface Scatter {
  rows: number;
  sum: Float64Array;
}

/** Of blocks around the mean of their own session; sessions with fewer than two blocks say nothing. */
export function scatterOfBlocks(sessions: readonly SessionMoments[]): Scatter {
  const size = sessions[0]?.blockScatter.length ?? 0;
  const sum = new Float64Array(size);
  let rows = 0;
  for (const { blocks, blockScatter } of sessions) {
    if (blocks < 2) continue;
    const factor = blocks / (blocks - 1);
    for (let i = 0; i < size; i++) sum[i]! += factor * blockScatter[i]!;
    rows += blocks;
  }
  return { rows, sum };
}

/** Of rows around the mean of their group; groups of one say nothing. */
export function scatterOfRows(groups: readonly (readonly Float64Array[])[], width: number): Scatter {
  const sum = new Float64Array(width * width);
  const off = new Float64Array(width);
  let rows = 0;
  for (const group of groups) {
    const k = group.length;
    if (k < 2) continue;
    const mean = plainMean(group, width);
    for (const row of group) {
      for (let f = 0; f < width; f++) off[f] = row[f]! - mean[f]!;
      addProducts(sum, off, k / (k - 1));
    }
    rows += k;
  }
  mirror(sum, width);
  return { rows, sum };
}

/** Covariance of all blocks of all sessions around their common mean, divided by n - 1. @throws RangeError below two blocks */
export function covarianceOfBlocks(sessions: readonly SessionMoments[], width: number): Float64Array {
  const total = sessions.reduce((sum, { blocks }) => sum + blocks, 0);
  if (total < 2) throw new RangeError('a covariance needs at least two blocks');
  const covariance = new Float64Array(width * width);
  const mean = new Float64Array(width);
  for (const { blocks, blockMean } of sessions) {
    for (let f = 0; f < width; f++) mean[f]! += (blocks / total) * blockMean[f]!;
  }
  const off = new Float64Array(width);
  for (const { blocks, blockMean } of sessions) {
    for (let f = 0; f < width; f++) off[f] = blockMean[f]! - mean[f]!;
    addProducts(covariance, off, blocks);
  }
  mirror(covariance, width);
  for (const { blockScatter } of sessions)
    for (let i = 0; i < covariance.length; i++) covariance[i]! += blockScatter[i]!;
  return covariance.map((value) => value / (total - 1));
}

/** Mean of vectors that count alike. */
export function plainMean(rows: readonly Float64Array[], width: number): Float64Array {
  const mean = new Float64Array(width);
  for (const row of rows) for (let f = 0; f < width; f++) mean[f]! += row[f]! / rows.length;
  return mean;
}
