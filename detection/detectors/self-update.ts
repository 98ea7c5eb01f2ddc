import type { Row } from '../linear-algebra/covariance.ts';
import { widthOf } from '../linear-algebra/covariance.ts';

/** How a template is rebuilt and asked. All of it is a function of its arguments. */
export interface TemplateFitting<Model> {
  /** Centre of each feature of rows, oldest first. */
  centreOf(rows: readonly Row[]): Float64Array;
  /** A model of the rows around the given centre, which need not be the rows' own. */
  refit(rows: readonly Row[], centre: Float64Array): Model;
  /** Evidence against a row being the account's own. Higher is stranger. */
  evidence(model: Model, row: Row): number;
}

/** What keeps an intruder from teaching the template, quickly or slowly. */
export interface SelfUpdateBounds {
  /** Learned is only what the serving model gives at most this evidence: the account's own 90th calibration percentile. */
  evidenceLimit: number;
  /** And what the frozen enrolment model gives at most this evidence. */
  anchorEvidenceLimit: number;
  /** Rows learned in one day at most. */
  rowsPerDay: number;
  /** Rows learned between two refits. */
  rowsPerRefit: number;
  /** The template is made of the last so many learned rows. */
  rowsKept: number;
  /** How far the centre of a feature may move in one refit, in spreads of the enrolment. */
  mostStep: number;
  /** How far the centre of a feature may ever be from the enrolment's, in spreads of the enrolment. */
  mostDistance: number;
}

/** A template that follows its account. Values, never changed: every offer gives a new one. */
export interface SelfUpdating<Model> {
  /** `re-enrol` is final: the account has moved further than may be followed, so nothing is learned any more. */
  status: 'learning' | 're-enrol';
  model: Model;
  /** Centre that `model` was fitted around. */
  centre: Float64Array;
  /** Model, centre and spread of the enrolment: never updated. */
  anchor: { model: Model; centre: Float64Array; spread: Float64Array };
  /** Rows that the next refit is made of, oldest first. */
  rows: readonly Row[];
  /** Rows learned since the last refit. */
  pending: number;
  /** The latest day seen, and the rows learned on it. */
  day: number;
  learnedOnDay: number;
}

/** What became of an offered row. */
export type Learning =
  | { kind: 'learned'; refitted: boolean }
  | { kind: 'refused'; reason: 'not-finite' | 're-enrol' | 'own-evidence' | 'anchor-evidence' | 'day-is-full' };

/** What an offer gives: the evidence of the model as it was before the row could teach it, and the state after. */
export interface Offered<Model> {
  evidence: number;
  learning: Learning;
  state: SelfUpdating<Model>;
}

/**
 * The state after enrolment.
 * @param rows enrolment rows, oldest first
 * @param spread spread of each feature at enrolment, positive: the unit of both bounds on movement
 * @throws RangeError without rows, for rows or spreads that are not finite or differ in length, and for bounds below zero
 */
export function startSelfUpdate<Model>(
  fitting: TemplateFitting<Model>,
  rows: readonly Row[],
  spread: Float64Array,
  bounds: SelfUpdateBounds,
): SelfUpdating<Model> {
  if (widthOf(rows) !== spread.length) throw new RangeError('rows and spread differ in length');
  if (!spread.every((value) => value > 0 && Number.isFinite(value))) throw new RangeError('a spread is not positive');
  if (!(bounds.rowsPerRefit >= 1 && bounds.rowsKept >= 1)) throw new RangeError('a refit needs at least one row');
  if (!(bounds.mostStep >= 0 && bounds.mostDistance >= 0 && bounds.rowsPerDay >= 0))
    throw new RangeError('a bound is below zero');
  const kept = rows.slice(-bounds.rowsKept);
  const centre = fitting.centreOf(kept);
  const model = fitting.refit(kept, centre);
  return {
    status: 'learning',
    model,
    centre,
    anchor: { model, centre, spread },
    rows: kept,
    pending: 0,
    day: Number.NEGATIVE_INFINITY,
    learnedOnDay: 0,
  };
}

/**
 * Scores a row, then learns it if every gate lets it pass. A clock that goes back opens no new day.
 * @param day whole days since any fixed moment
 */
export function offerRow<Model>(
  fitting: TemplateFitting<Model>,
  bounds: SelfUpdateBounds,
  before: SelfUpdating<Model>,
  row: Row,
  day: number,
): Offered<Model> {
  const evidence = fitting.evidence(before.model, row);
  const state = day > before.day ? { ...before, day, learnedOnDay: 0 } : before;
  const reason = refusal(fitting, bounds, state, row, evidence);
  if (reason !== undefined) return { evidence, learning: { kind: 'refused', reason }, state };
  const learned: SelfUpdating<Model> = {
    ...state,
    rows: [...state.rows, row].slice(-bounds.rowsKept),
    pending: state.pending + 1,
    learnedOnDay: state.learnedOnDay + 1,
  };
  if (learned.pending < bounds.rowsPerRefit)
    return { evidence, learning: { kind: 'learned', refitted: false }, state: learned };
  const after = refitted(fitting, bounds, learned);
  return { evidence, learning: { kind: 'learned', refitted: after.status === 'learning' }, state: after };
}

function refusal<Model>(
  fitting: TemplateFitting<Model>,
  bounds: SelfUpdateBounds,
  state: SelfUpdating<Model>,
  row: Row,
  evidence: number,
): (Learning & { kind: 'refused' })['reason'] | undefined {
  if (state.status === 're-enrol') return 're-enrol';
  if (row.length !== state.centre.length || !row.every(Number.isFinite)) return 'not-finite';
  // Written so that NaN is refused.
  if (!(evidence <= bounds.evidenceLimit)) return 'own-evidence';
  if (!(fitting.evidence(state.anchor.model, row) <= bounds.anchorEvidenceLimit)) return 'anchor-evidence';
  if (state.learnedOnDay >= bounds.rowsPerDay) return 'day-is-full';
  return undefined;
}

/** The serving model follows its rows by one bounded step, or stays as it is for good where that step would leave the anchor. */
function refitted<Model>(
  fitting: TemplateFitting<Model>,
  { mostStep, mostDistance }: SelfUpdateBounds,
  state: SelfUpdating<Model>,
): SelfUpdating<Model> {
  const { anchor, rows } = state;
  const centre = fitting.centreOf(rows);
  for (let f = 0; f < centre.length; f++) {
    const spread = anchor.spread[f]!;
    const from = state.centre[f]!;
    centre[f] = Math.min(Math.max(centre[f]!, from - mostStep * spread), from + mostStep * spread);
    if (!(Math.abs(centre[f]! - anchor.centre[f]!) <= mostDistance * spread)) return { ...state, status: 're-enrol' };
  }
  return { ...state, model: fitting.refit(rows, centre), centre, pending: 0 };
}
