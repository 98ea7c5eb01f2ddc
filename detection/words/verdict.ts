import type { InputRoute, Pseudonym } from './behaviour.ts';

/** What may be said of a batch. */
export const decisions = ['genuine', 'suspicious', 'impostor', 'machine', 'undecided'] as const;
/** What is said of one batch. */
export type Decision = (typeof decisions)[number];

/**
 * Why a verdict is `undecided`; `none` for every other decision. Not knowing is a verdict, never a score of 0.
 * `shed`: the gateway stamped the batch so, as the scorers were far behind; nobody looked at it.
 */
export const undecidedReasons = [
  'none',
  'insufficient-evidence',
  'enrolling',
  'duplicate',
  'template-unavailable',
  'shed',
] as const;
/** Why one verdict is undecided. */
export type UndecidedReason = (typeof undecidedReasons)[number];

/**
 * The pace at which evidence gathers: one batch, one session, a working day's activity, weeks.
 */
export const evidenceClocks = ['instant', 'session', 'activity', 'weeks'] as const;
/** The pace of one piece of evidence. */
export type EvidenceClock = (typeof evidenceClocks)[number];

/** What has accumulated against the account on one clock. At `value >= threshold` the clock's decision falls. */
export interface Evidence {
  clock: EvidenceClock;
  value: number;
  threshold: number;
}

/**
 * The kinds of behaviour that are judged.
 * `cadence`, `activity` and `context` are explained, and have no vector.
 */
export const modalities = ['keystrokes', 'pointer', 'cadence', 'activity', 'context'] as const;
/** One kind of behaviour. */
export type Modality = (typeof modalities)[number];

/** One feature's part in a score, in words and units that an analyst can check. */
export interface Contribution {
  /** Name in the modality's catalogue, for example `hold-left-mean`. */
  feature: string;
  observed: number;
  typical: number;
  unit: string;
  direction: 'high' | 'low';
  /** Share of the score, 0..1. */
  share: number;
}

/** One modality's judgement of one window, with the vector it judged, so that verdict history is the training set. */
export interface ModalityJudgement {
  modality: Modality;
  /** Version of the catalogue of the vector; of the rules for `cadence`. */
  catalogueVersion: number;
  /** How many keystrokes or strokes the window held. */
  windowSamples: number;
  /** Higher is stranger; `null` where no model judged the window. */
  score: number | null;
  /** Share of the account's own genuine windows that score lower, 0..100; `null` where `score` is. */
  percentile: number | null;
  /** The window's features, unscaled, in catalogue order. Empty for `cadence`. */
  vector: number[];
  contributions: Contribution[];
}

/** Whose template judged: nobody's, the tenant's pooled one, the subject's. Only adding at the end is safe: states hold the index. */
export const templateKinds = ['none', 'cohort', 'own'] as const;
/** Whose template judged one batch. */
export type TemplateKind = (typeof templateKinds)[number];

/** What `judge` says of one batch; a {@link Verdict} without its identity. */
export interface Judgement {
  decision: Decision;
  reason: UndecidedReason;
  /** 0..100, higher is stranger. High risk, and an alert, begins at 73. */
  risk: number;
  evidence: Evidence[];
  modalities: ModalityJudgement[];
  templateKind: TemplateKind;
  /** SHA-256 of the template file that judged, hexadecimal; empty for `none`. */
  templateVersion: string;
  /** When that template was trained; 0 for `none`. */
  templateTrainedAtMs: number;
  /** Genuine windows that it was fitted to; 0 for `none`. */
  templateSamples: number;
}

/**
 * What an analyst may say of an incident. `confirmed`: it was what it looked like; `false-positive`: it was the person;
 * `benign-known`: it was not, and is known and allowed; `unsure`: looked at without a result.
 */
export const rulingWords = ['confirmed', 'false-positive', 'benign-known', 'unsure'] as const;
/** What an analyst said of one incident. */
export type RulingWord = (typeof rulingWords)[number];

/** An analyst's ruling on one incident. */
export interface Ruling {
  incidentId: Pseudonym;
  ruling: RulingWord;
}

/** One batch's verdict as it stands on the verdict topic. */
export interface Verdict extends Judgement {
  /** First 16 bytes of SHA-256 over tenant, input topic, partition and offset. The same input has the same id for ever. */
  verdictId: Pseudonym;
  tenant: string;
  subject: Pseudonym;
  device: Pseudonym;
  session: Pseudonym;
  sequence: number;
  /** Where the judged record stands in Kafka. */
  source: { topic: string; partition: number; offset: number };
  receivedAtMs: number;
  /** How much the batch held. */
  keystrokes: number;
  strokes: number;
  inputRoute: InputRoute;
  /** Pseudonym of the host, where the collector gave one. */
  host: Pseudonym | null;
  /** True where the batch was stamped `degraded`: one due window in four was scored. */
  degraded: boolean;
  /** What analysts said of the subject's incidents since its last verdict: applies from this one on. */
  rulings: Ruling[];
}
