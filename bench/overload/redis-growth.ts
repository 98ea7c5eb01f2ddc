/** What a sample of the bench says about Redis. */
export interface RedisSample {
  /** Batches acknowledged so far: a mark each, none of which expires within the bench. */
  sent: number;
  redisMiB: number;
}

/** How much Redis grew between two samples, and the most that it may have. */
export interface RedisGrowth {
  /** Marks written between them. */
  marks: number;
  grownMiB: number;
  mostMiB: number;
  /** Also where a sample is missing, so that nothing is known. */
  isBeyond: boolean;
}

/** About 230 in the run on the page about delivery. The tables of keys and of expiries, which double at once, are among them. */
const mostBytesPerMark = 320;
/** What the state of a subject may have grown by: as much as is said of a whole one. */
const mostBytesPerSubject = 2_048;
const bytesPerMiB = 1_048_576;

/** Judges Redis' memory by what it must hold: marks of the batches acknowledged between the samples, and states of the subjects. */
export function redisGrowth(
  early: RedisSample | undefined,
  worst: RedisSample | undefined,
  subjects: number,
): RedisGrowth {
  if (early === undefined || worst === undefined) return { marks: 0, grownMiB: 0, mostMiB: 0, isBeyond: true };
  const marks = worst.sent - early.sent;
  const grownMiB = tenths(worst.redisMiB - early.redisMiB);
  const mostMiB = tenths((marks * mostBytesPerMark + subjects * mostBytesPerSubject) / bytesPerMiB);
  return { marks, grownMiB, mostMiB, isBeyond: grownMiB > mostMiB };
}

function tenths(mebibytes: number): number {
  return Math.round(10 * mebibytes) / 10;
}
