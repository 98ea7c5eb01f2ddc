import { fuse } from '../../detection/detectors/fusion.ts';
import type { Autoencoder } from '../../detection/words/template.ts';
import type { Tensorflow } from '../../training/tensorflow.ts';
import { fitNetworks, mostNetworkRows } from './network-fitting.ts';
import type { OneClassConstants } from './one-class-constants.ts';
import {
  autoencoderJob,
  fitTemplate,
  type OneClassDetector,
  seededScores,
  type UntrainedTemplate,
} from './one-class-template.ts';
import type { OwnHistory } from './own-history.ts';
import { combined, type ScoreMatrix } from './score-matrix.ts';

/** What one-class models of several subjects are learned from and asked about. */
export interface OneClassQuestion {
  /** One per subject. */
  histories: readonly OwnHistory[];
  constants: OneClassConstants;
  seeds: readonly number[];
  /** The judged windows as a subject's model sees them; valid until the next call. */
  judgedBy(subject: number): readonly Float32Array[];
}

/** Templates of all subjects: what a seed decides is only the network. */
export interface OneClassTemplates {
  constants: OneClassConstants;
  untrained: readonly UntrainedTemplate[];
  /** `[seed][subject]`. */
  networks: readonly (readonly Autoencoder[])[];
}

/** What both detectors made of every window; the network once per seed. */
export interface OneClassResult {
  templates: OneClassTemplates;
  mahalanobis: ScoreMatrix;
  /** `[seed]`. */
  autoencoder: readonly ScoreMatrix[];
}

type Progress = (done: number, total: number) => void;

/** Learns a template per subject, each from that subject's history alone. */
export async function fitOneClass(
  tf: Tensorflow,
  { histories, constants, seeds }: Omit<OneClassQuestion, 'judgedBy'>,
  onFitted?: Progress,
): Promise<OneClassTemplates> {
  const untrained = histories.map(({ rows }) => fitTemplate(rows, constants.referenceSpread));
  const jobs = untrained.map(({ scaler }, i) => autoencoderJob(scaler, histories[i]!.rows, mostNetworkRows));
  return { constants, untrained, networks: await fitNetworks(tf, jobs, seeds, onFitted) };
}

/** Learns templates and asks each about all windows. */
export async function judgeOneClass(
  tf: Tensorflow,
  question: OneClassQuestion,
  onFitted?: Progress,
): Promise<OneClassResult> {
  const templates = await fitOneClass(tf, question, onFitted);
  const mahalanobis: Float64Array[] = [];
  const autoencoder: Float64Array[][] = question.seeds.map(() => []);
  for (const [subject, template] of templates.untrained.entries()) {
    const rows = question.judgedBy(subject);
    const networks = templates.networks.map((nets) => nets[subject]!);
    mahalanobis.push(new Float64Array(rows.length));
    for (const matrix of autoencoder) matrix.push(new Float64Array(rows.length));
    for (const [window, row] of rows.entries()) {
      const scores = seededScores(template, networks, row);
      mahalanobis[subject]![window] = scores.mahalanobis;
      for (const [seed, score] of scores.autoencoder.entries()) autoencoder[seed]![subject]![window] = score;
    }
    // Hundreds of subjects by thousands of windows: timers and signals get their turn between subjects.
    await new Promise((resolve) => setImmediate(resolve));
  }
  return { templates, mahalanobis, autoencoder };
}

/** Mean of the detectors in their constant units, for one seed. Higher is stranger. */
export function fusedMatrix({ templates, mahalanobis, autoencoder }: OneClassResult, seed: number): ScoreMatrix {
  const { fusion } = templates.constants;
  return combined(mahalanobis, autoencoder[seed]!, (distance, error) =>
    fuse({ mahalanobis: distance, autoencoder: error } satisfies Record<OneClassDetector, number>, fusion),
  );
}
