import type { TrainingBackend } from '../../training/tensorflow.ts';
import type { UserScores } from '../metrics/error-rates.ts';

/** What a suite is run with. */
export interface SuiteContext {
  /** The folder above the sets of recordings. */
  datasets: string;
  /** One run per seed; figures are means over them. */
  seeds: readonly number[];
  /** `short` is the form of the quality gate: fewer users and seeds, the same code; seconds, not minutes. */
  form: 'full' | 'short';
  backend: TrainingBackend;
  /** Tells how far a step of the work has come; `total` of 0 where its length is not known. */
  onStep(step: string, done: number, total: number): void;
}

/** Scores behind a figure, for the DET curve, the histograms and the spread over users. */
export interface ScoreSet {
  name: string;
  users: readonly UserScores[];
}

/** Lines over a common axis. */
export interface Curve {
  id: 'time-to-detect' | 'drift' | 'enrolment-size' | 'cohort-size' | 'length';
  title: string;
  xLabel: string;
  yLabel: string;
  series: readonly { name: string; points: readonly { x: number; y: number }[] }[];
}

/** What a suite measured. */
export interface SuiteResult {
  suite: string;
  /** Nested records of figures, as JSON holds them. */
  figures: Readonly<Record<string, unknown>>;
  scoreSets: readonly ScoreSet[];
  curves: readonly Curve[];
  /** What a reader must know: what was chosen on what, the protocol, what is short. */
  notes: readonly string[];
}

export type RunSuite = (context: SuiteContext) => Promise<SuiteResult>;
