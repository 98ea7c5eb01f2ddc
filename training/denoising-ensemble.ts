import type { Autoencoder } from '../detection/words/template.ts';
import { type FitJob, type FitOptions, fitAutoencoders } from './batched-autoencoder.ts';
import type { Tensorflow } from './tensorflow.ts';

/** How an ensemble is fitted: as each member, and how many. `hidden` is one member's. */
export interface EnsembleOptions extends Omit<FitOptions, 'start'> {
  members: number;
  /** What each member starts from, one of these per member or more. Default: random weights, drawn from `seed`. */
  starts?: readonly Autoencoder[] | undefined;
}

/**
 * Fits `members` denoising autoencoders to each job, every member from weights and corruptions of its own (its seed follows
 * from `seed` and its number), and gives them as one network of `members * hidden` hidden units whose output is the
 * mean of theirs. `onFitted` hears how many jobs' worth of work is done, of `jobs.length`. An ensemble's bytes follow from
 * its own job and the options, as in {@link fitAutoencoders}. Throws RangeError for no members, and for starts that are
 * too few or of other sizes.
 */
export async function fitEnsembles(
  tf: Tensorflow,
  jobs: readonly FitJob[],
  options: EnsembleOptions,
  onFitted: (done: number) => void = () => {},
): Promise<Autoencoder[]> {
  return (await fitMembers(tf, jobs, options, onFitted)).map(sideBySide);
}

/** The same with the members of each job's ensemble apart, in their order: what other ensembles may start from. */
export async function fitMembers(
  tf: Tensorflow,
  jobs: readonly FitJob[],
  { members, starts, ...options }: EnsembleOptions,
  onFitted: (done: number) => void = () => {},
): Promise<Autoencoder[][]> {
  if (!(Number.isSafeInteger(members) && members >= 1)) throw new RangeError('an ensemble has at least one member');
  if (starts !== undefined && starts.length < members) throw new RangeError('an ensemble has a start for each member');
  const fitted: Autoencoder[][] = [];
  for (let member = 0; member < members; member++) {
    const seed = options.seed * members + member;
    fitted.push(
      await fitAutoencoders(tf, jobs, { ...options, seed, start: starts?.[member] }, (done) =>
        onFitted(Math.floor((member * jobs.length + done) / members)),
      ),
    );
  }
  return jobs.map((_, job) => fitted.map((nets) => nets[job]!));
}

/** One network that reconstructs as the mean of the members' reconstructions. */
function sideBySide(members: readonly Autoencoder[]): Autoencoder {
  const { inputs, hidden } = members[0]!;
  const wide = members.length * hidden;
  const net: Autoencoder = {
    inputs,
    hidden: wide,
    encode: new Float32Array(wide * inputs),
    encodeBias: new Float32Array(wide),
    decode: new Float32Array(inputs * wide),
    decodeBias: new Float32Array(inputs),
  };
  for (const [m, { encode, encodeBias }] of members.entries()) {
    net.encode.set(encode, m * hidden * inputs);
    net.encodeBias.set(encodeBias, m * hidden);
  }
  for (let i = 0; i < inputs; i++) {
    let bias = 0;
    for (const [m, { decode, decodeBias }] of members.entries()) {
      bias += decodeBias[i]! / members.length;
      for (let h = 0; h < hidden; h++) net.decode[i * wide + m * hidden + h] = decode[i * hidden + h]! / members.length;
    }
    net.decodeBias[i] = bias;
  }
  return net;
}
