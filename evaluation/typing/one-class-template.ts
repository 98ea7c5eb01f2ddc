import { reconstructionError } from '../../detection/autoencoder.ts';
import { agedWeights } from '../../detection/detectors/recency.ts';
import {
  fitShrunkMahalanobis,
  type MahalanobisOptions,
  type ShrunkMahalanobis,
  shrunkMahalanobisScore,
  typingMahalanobis,
} from '../../detection/detectors/shrunk-mahalanobis.ts';
import { identityFeatureCount } from '../../detection/features/typing-vector.ts';
import { fitScaler, scale } from '../../detection/scaling.ts';
import type { Autoencoder, Scaler } from '../../detection/words/template.ts';
import type { FitJob } from '../../training/batched-autoencoder.ts';

/**
 * The detectors that are fused in one-class mode. With Manhattan, nearest neighbours and the conditional score beside them
 * the fused figure was worse: compared on 100 people of the Aalto recordings who are judged in no figure of the free-text suites.
 */
export const oneClassDetectors = ['mahalanobis', 'autoencoder'] as const;
export type OneClassDetector = (typeof oneClassDetectors)[number];
export type OneClassScores = Record<OneClassDetector, number>;

/** Everything that is learned from one account's windows, and from nobody else's. */
export interface OneClassTemplate {
  scaler: Scaler;
  mahalanobis: ShrunkMahalanobis;
  autoencoder: Autoencoder;
}

/** The same before its network is fitted. */
export type UntrainedTemplate = Omit<OneClassTemplate, 'autoencoder'>;

/** Wide vectors have more numbers than an account has windows: their covariance asks for a larger ridge. Chosen as the detectors. */
const wideMahalanobis: MahalanobisOptions = { shrinkage: 'ledoit-wolf', ridge: 0.2 };

/** What needs no network, from windows oldest first: wide vectors, or as verdicts carry them. */
export function fitTemplate(rows: readonly Float32Array[], referenceSpread: Float32Array): UntrainedTemplate {
  const scaler = fitScaler(rows, referenceSpread);
  const scaled = rows.map((row) => {
    const out = new Float32Array(row.length);
    scale(scaler, row, out);
    return out;
  });
  const options = referenceSpread.length > identityFeatureCount ? wideMahalanobis : typingMahalanobis;
  return { scaler, mahalanobis: fitShrunkMahalanobis(scaled, options) };
}

/** Half-life of a window's weight for the network, as a share of the history. */
const halfLifeShare = 0.5;

/** The network's share of the work, for a batched trainer. At most `mostRows` windows, evenly spaced over the history. */
export function autoencoderJob(scaler: Scaler, rows: readonly Float32Array[], mostRows: number): FitJob {
  const count = Math.min(rows.length, mostRows);
  const kept = Array.from({ length: count }, (_, i) => rows[Math.floor(((i + 0.5) * rows.length) / count)]!);
  const width = scaler.centre.length;
  const job: FitJob = {
    rows: new Float32Array(count * width),
    weights: Float32Array.from(agedWeights(count, halfLifeShare * count)),
  };
  for (const [i, row] of kept.entries()) scale(scaler, row, job.rows.subarray(i * width, (i + 1) * width));
  return job;
}

let scaledRow = new Float32Array(0);

/** What the distance and each network (one per seed) make of a window. Higher is stranger. */
export function seededScores(
  { scaler, mahalanobis }: UntrainedTemplate,
  networks: readonly Autoencoder[],
  row: Float32Array,
): { mahalanobis: number; autoencoder: number[] } {
  if (scaledRow.length !== row.length) scaledRow = new Float32Array(row.length);
  scale(scaler, row, scaledRow);
  return {
    mahalanobis: shrunkMahalanobisScore(mahalanobis, scaledRow),
    autoencoder: networks.map((network) => reconstructionError(network, scaledRow)),
  };
}

/** What each detector makes of a window. Higher is stranger. */
export function oneClassScores(template: OneClassTemplate, row: Float32Array): OneClassScores {
  const { mahalanobis, autoencoder } = seededScores(template, [template.autoencoder], row);
  return { mahalanobis, autoencoder: autoencoder[0]! };
}
