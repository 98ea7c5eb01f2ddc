import { fitScaler, scale } from '../detection/scaling.ts';
import type { Autoencoder } from '../detection/words/template.ts';
import type { FitJob } from './batched-autoencoder.ts';
import { type EnsembleOptions, fitMembers } from './denoising-ensemble.ts';
import type { Tensorflow } from './tensorflow.ts';

/**
 * How an account's network goes on from a cohort's start: short and gentle, for what people's windows have in common is what
 * few windows of one's own cannot tell. Chosen on 160 people of the Aalto recordings who are judged in no figure, among 1 to 80
 * steps at rates of 0.005 to 0.02: more steps, or steeper ones, lose what the start gains.
 */
export const fineTuning = { steps: 15, learningRate: 0.005 } as const satisfies Partial<EnsembleOptions>;

/** People whose windows a start is fitted to; 50 to 800 made no difference of note. */
const mostPeople = 128;
/** Windows of all of them together: they cost as much as some dozens of accounts. */
const mostRows = 2000;
/** Windows of one person, so that nobody outweighs the others. */
const mostRowsPerPerson = 24;

export interface StartOptions extends Omit<EnsembleOptions, 'starts'> {
  /** As for an account's scaler. */
  referenceSpread: Float32Array;
}

/**
 * The members of one ensemble that learns how windows vary within a person, whoever it is: each person's windows (oldest
 * first) stand in that person's own units, so what tells people apart is taken out. Of too many people, and of a person's too
 * many windows, evenly spaced ones serve. `options` are those of an account's own network: fitted longer, or to windows in
 * units that they had no part in, a start learns to rebuild strangers and does harm. The same people in the same order give
 * the same bytes, as in `fitAutoencoders`. Throws RangeError without a person, and for a person without a window.
 */
export async function fitCohortStart(
  tf: Tensorflow,
  people: readonly (readonly Float32Array[])[],
  { referenceSpread, ...options }: StartOptions,
): Promise<Autoencoder[]> {
  const [members] = await fitMembers(tf, [pooled(people, referenceSpread)], options);
  return members!;
}

function pooled(people: readonly (readonly Float32Array[])[], referenceSpread: Float32Array): FitJob {
  if (people.length === 0) throw new RangeError('a start needs the windows of at least one person');
  const lenders = spaced(people, mostPeople);
  const each = Math.min(mostRowsPerPerson, Math.floor(mostRows / lenders.length));
  const inputs = referenceSpread.length;
  const counts = lenders.map((windows) => Math.min(each, windows.length));
  const count = counts.reduce((sum, own) => sum + own, 0);
  const rows = new Float32Array(count * inputs);
  let at = 0;
  for (const windows of lenders) {
    const scaler = fitScaler(windows, referenceSpread);
    for (const window of spaced(windows, each)) {
      scale(scaler, window, rows.subarray(at, at + inputs));
      at += inputs;
    }
  }
  return { rows, weights: new Float32Array(count).fill(1) };
}

/** At most so many, evenly spaced. */
function spaced<T>(all: readonly T[], most: number): T[] {
  const count = Math.min(all.length, most);
  return Array.from({ length: count }, (_, i) => all[Math.floor(((i + 0.5) * all.length) / count)]!);
}
