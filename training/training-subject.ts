import type { ModelledModality } from '../detection/words/template.ts';
import type { RowHistory } from './model-fitting.ts';

/** One genuine window of an account: a row to train on. */
export interface TrainingRow {
  /** Sessions are numbered as they first appear, from 0. */
  session: number;
  /** Unscaled features in the order of the current catalogue. */
  vector: Float32Array;
}

/** What one account brings to training. */
export interface TrainingSubject {
  /** Pseudonym, 32 hexadecimal digits. */
  subject: string;
  /** Genuine windows, oldest first. A modality may be absent. */
  rows: Partial<Record<ModelledModality, readonly TrainingRow[]>>;
}

/** An account's windows of one modality, ready to be fitted. */
export interface SubjectHistory {
  /** `''`: the cohort. */
  subject: string;
  modality: ModelledModality;
  history: RowHistory;
}
