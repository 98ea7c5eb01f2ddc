import { type FusionConstants, fuse } from '../../detection/detectors/fusion.ts';
import {
  offerRow,
  type SelfUpdateBounds,
  startSelfUpdate,
  type TemplateFitting,
} from '../../detection/detectors/self-update.ts';
import type { Row } from '../../detection/linear-algebra/covariance.ts';
import { createSeededRandom, type SeededRandom } from '../../platform/seeded-random.ts';
import type { UserScores } from '../metrics/error-rates.ts';
import { quantile } from '../metrics/quantile.ts';
import type { OutOfFoldScores } from './fusion-constants.ts';
import { type DistanceTemplate, fitDistances, type OneClassTemplate, oneClassScores } from './one-class-template.ts';
import { attemptsOf, enrolmentRepetitions, type FixedTextAccount, type Practice } from './protocol.ts';

/** Attacks mixed into an account's 200 later repetitions. */
const attacksPerStream = 20;

/**
 * An attempt is learned where it lies below this quantile of the account's own out-of-fold scores. Chosen, as rows kept and
 * rows per refit, on every second account of the CMU recordings; on the others 0.95 and 0.97 are the same.
 */
const learnedShare = 0.97;
const bounds: Omit<SelfUpdateBounds, 'evidenceLimit'> = {
  // In fused units: the enrolment's own template may find a row strange, but not outlandish. Costs nothing (measured).
  anchorEvidenceLimit: 3,
  rowsPerDay: 100,
  rowsPerRefit: 2,
  rowsKept: 140,
  mostStep: 1,
  mostDistance: 12,
};

/** Whose streams, and what they begin with: one template, constants and own out-of-fold scores an account, in one order. */
export interface StreamedAccounts {
  accounts: readonly FixedTextAccount[];
  templates: readonly OneClassTemplate[];
  constants: readonly FusionConstants[];
  outOfFold: readonly OutOfFoldScores[];
}

/**
 * Each account's later repetitions in their order, attacks by other subjects strewn in; every attempt is scored before the
 * template may learn it. Centre, spread and neighbours follow what was learned; the autoencoder stays that of enrolment, in
 * the units of the moving template: fitting it anew brought nothing. Genuine scores are in the order of the repetitions.
 */
export function streamScores(streamed: StreamedAccounts, practice: Practice, seed: number): UserScores[] {
  return streamed.accounts.map((account, a) => {
    const random = createSeededRandom(`stream/${seed}/${account.name}`);
    const others = streamed.accounts.filter((other) => other !== account);
    const attempts = others.flatMap((other) => other.features.slice(...attemptsOf(other, practice)));
    return streamOf(account, random.shuffled(attempts).slice(0, attacksPerStream), random, {
      enrolment: streamed.templates[a]!,
      constants: streamed.constants[a]!,
      outOfFold: streamed.outOfFold[a]!,
    });
  });
}

function streamOf(
  account: FixedTextAccount,
  attacks: readonly Float64Array[],
  random: SeededRandom,
  start: { enrolment: OneClassTemplate; constants: FusionConstants; outOfFold: OutOfFoldScores },
): UserScores {
  const fitting = fittingOf(start.enrolment, start.constants);
  const own = start.outOfFold.map((scores) => fuse(scores, start.constants));
  const limits = { ...bounds, evidenceLimit: quantile(own, learnedShare) };
  const enrolment = account.features.slice(0, enrolmentRepetitions);
  let state = startSelfUpdate(fitting, enrolment, Float64Array.from(start.enrolment.scaler.spread), limits);
  const judge = (features: Float64Array, session: number): number => {
    const offered = offerRow(fitting, limits, state, features, session);
    state = offered.state;
    return offered.evidence;
  };
  const later = account.features.slice(enrolmentRepetitions);
  const moments = attacks.map(() => random.integer(later.length)).sort((x, y) => x - y);
  const genuine: number[] = [];
  const impostor: number[] = [];
  for (const [i, features] of later.entries()) {
    const session = account.sessions[enrolmentRepetitions + i]!;
    while (moments[impostor.length] === i) impostor.push(judge(attacks[impostor.length]!, session));
    genuine.push(judge(features, session));
  }
  return { user: account.name, genuine: Float64Array.from(genuine), impostor: Float64Array.from(impostor) };
}

/** How a template is rebuilt from learned rows. */
function fittingOf(enrolment: OneClassTemplate, constants: FusionConstants): TemplateFitting<OneClassTemplate> {
  // The same rows are asked for their centre and then for their template.
  let latest: { rows: readonly Row[]; distances: DistanceTemplate } | undefined;
  function distancesOf(rows: readonly Row[]): DistanceTemplate {
    if (latest?.rows !== rows) latest = { rows, distances: fitDistances(rows as readonly Float64Array[]) };
    return latest.distances;
  }
  return {
    centreOf: (rows) => Float64Array.from(distancesOf(rows).scaler.centre),
    refit(rows, centre) {
      const distances = distancesOf(rows);
      const scaler = { ...distances.scaler, centre: Float32Array.from(centre) };
      return { ...distances, scaler, autoencoder: enrolment.autoencoder };
    },
    evidence: (template, row) => fuse(oneClassScores(template, row as Float64Array), constants),
  };
}
