import { constantUnits, type FusionConstants } from '../../detection/detectors/fusion.ts';
import type { Tensorflow } from '../../training/tensorflow.ts';
import { fitTemplates, type OneClassScores, oneClassScores } from './one-class-template.ts';
import { enrolmentRepetitions, type FixedTextAccount, halvesOf } from './protocol.ts';

/** Forward chaining: a template of the repetitions up to here judges the next ones, up to the following cut. */
const cuts = { full: [100, 125, 150, 175, enrolmentRepetitions], short: [150, enrolmentRepetitions] } as const;

/** Scores of an account's own enrolment under templates that had not seen it, oldest first. */
export type OutOfFoldScores = readonly OneClassScores[];

/** Forward-chained scores of every account, in their order: the last hundred repetitions of each enrolment, or fifty. */
export async function outOfFoldScores(
  tf: Tensorflow,
  accounts: readonly FixedTextAccount[],
  { form, seed }: { form: keyof typeof cuts; seed: number },
  onFitted: (done: number, total: number) => void = () => {},
): Promise<OutOfFoldScores[]> {
  const scores = accounts.map((): OneClassScores[] => []);
  const chain = cuts[form];
  for (const [i, cut] of chain.slice(0, -1).entries()) {
    const earlier = accounts.map(({ features }) => features.slice(0, cut));
    const templates = await fitTemplates(tf, earlier, seed);
    for (const [a, template] of templates.entries()) {
      for (const row of accounts[a]!.features.slice(cut, chain[i + 1])) scores[a]!.push(oneClassScores(template, row));
    }
    onFitted(i + 1, chain.length - 1);
  }
  return scores;
}

/** Constants of each detector, medians over the accounts whose scores these are. */
export function constantsOf(scores: readonly OutOfFoldScores[]): FusionConstants {
  const unitsOf = (detector: 'manhattan' | 'neighbours' | 'autoencoder') =>
    constantUnits(scores.map((account) => Float64Array.from(account, (score) => score[detector])));
  return {
    version: 1,
    detectors: {
      manhattan: unitsOf('manhattan'),
      neighbours: unitsOf('neighbours'),
      autoencoder: unitsOf('autoencoder'),
    },
  };
}

/**
 * One-class constants for each account, in their order: those of the accounts in the other half, so that nobody is judged in
 * units that they had a part in.
 */
export function constantsFromOtherHalf(scores: readonly OutOfFoldScores[]): FusionConstants[] {
  const [even, odd] = halvesOf(scores);
  const constants = [constantsOf(odd), constantsOf(even)] as const;
  return scores.map((_, i) => (i % 2 === 0 ? constants[0] : constants[1]));
}
