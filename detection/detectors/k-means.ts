/** Rounds of reassignment; a start for expectation maximisation needs no more. */
const mostRounds = 20;

/** Squared distance between point `i` of `points` and centre `c` of `centres`, both row-major of `width`. */
function squaredDistance(points: Float64Array, i: number, centres: Float64Array, c: number, width: number): number {
  let sum = 0;
  for (let f = 0, p = i * width, q = c * width; f < width; f++, p++, q++) sum += (points[p]! - centres[q]!) ** 2;
  return sum;
}

/** Centres drawn from the points, each with probability proportional to the squared distance from those already drawn. */
function seeded(
  points: Float64Array,
  count: number,
  width: number,
  clusters: number,
  next: () => number,
): Float64Array {
  const centres = new Float64Array(clusters * width);
  const nearest = new Float64Array(count).fill(Number.POSITIVE_INFINITY);
  let chosen = Math.min(Math.floor(next() * count), count - 1);
  for (let c = 0; c < clusters; c++) {
    centres.set(points.subarray(chosen * width, (chosen + 1) * width), c * width);
    let total = 0;
    for (let i = 0; i < count; i++) {
      nearest[i] = Math.min(nearest[i]!, squaredDistance(points, i, centres, c, width));
      total += nearest[i]!;
    }
    let left = next() * total;
    chosen = count - 1;
    for (let i = 0; i < count; i++) {
      left -= nearest[i]!;
      if (left < 0) {
        chosen = i;
        break;
      }
    }
  }
  return centres;
}

/**
 * Cluster of each of `count` points (row-major, `width` numbers each): k-means++ (Arthur and Vassilvitskii 2007), then Lloyd's
 * rounds until nothing moves. `next` gives numbers in [0, 1). Clusters may be empty where points coincide.
 */
export function kMeans(
  points: Float64Array,
  count: number,
  width: number,
  clusters: number,
  next: () => number,
): Uint32Array {
  const centres = seeded(points, count, width, clusters, next);
  const assigned = new Uint32Array(count).fill(clusters);
  const sizes = new Float64Array(clusters);
  for (let round = 0; round < mostRounds; round++) {
    let moved = 0;
    for (let i = 0; i < count; i++) {
      let best = 0;
      let least = Number.POSITIVE_INFINITY;
      for (let c = 0; c < clusters; c++) {
        const distance = squaredDistance(points, i, centres, c, width);
        if (distance < least) {
          least = distance;
          best = c;
        }
      }
      if (assigned[i] !== best) moved++;
      assigned[i] = best;
    }
    if (moved === 0) break;
    sizes.fill(0);
    for (let i = 0; i < count; i++) sizes[assigned[i]!]!++;
    // An empty cluster keeps its centre.
    for (let c = 0; c < clusters; c++) if (sizes[c]! > 0) centres.fill(0, c * width, (c + 1) * width);
    for (let i = 0; i < count; i++) {
      const c = assigned[i]!;
      for (let f = 0; f < width; f++) centres[c * width + f]! += points[i * width + f]! / sizes[c]!;
    }
  }
  return assigned;
}
