import { currentCatalogue } from '../detection/features/catalogue.ts';
import type { FalseAlarmContract } from '../detection/sequential/contract.ts';
import type { ModalityModel, ModelledModality, Template } from '../detection/words/template.ts';
import type { Clock } from '../platform/clock.ts';
import { encodeTemplate, templateVersion } from '../templates/template-format.ts';
import { cohortHistory } from './cohort-history.ts';
import { planFolds, sessionStarts } from './fold-plan.ts';
import { fitModels, type RowHistory } from './model-fitting.ts';
import { fitBackgrounds, noBackgrounds, packBackgrounds } from './tenant-backgrounds.ts';
import { fitStarts } from './tenant-starts.ts';
import { loadTensorflow, type TrainingBackend } from './tensorflow.ts';
import type { SubjectHistory, TrainingRow, TrainingSubject } from './training-subject.ts';

/** Windows of one modality below which an account is not enrolled in it: about 425 keystrokes, or 255 strokes. */
export const minimumRowsToEnrol = 16;

/** The newest windows that a model is fitted to; older ones have lost their weight. */
export const maxRowsPerModel = 400;

/** Accounts fitted together; bounds the memory of a run, whatever the number of accounts. */
const subjectsAtOnce = 128;

const modalities: readonly ModelledModality[] = ['keystrokes', 'pointer'];

export interface TrainingRequest {
  tenant: string;
  subjects: Iterable<TrainingSubject> | AsyncIterable<TrainingSubject>;
  contract: FalseAlarmContract;
  seed: number;
  /** Goes into the templates; the caller's clock. */
  trainedAtMs: number;
  /** Version that the new template replaces (`''` as subject: the cohort's); empty for the first. */
  parentOf?: (subject: string) => string | Promise<string>;
  /** Also fit the cohort's template, where enough accounts allow it. Default: true. */
  cohort?: boolean;
  backend?: TrainingBackend;
  onProgress?: (progress: TrainingProgress) => void;
}

export interface TrainingProgress {
  /** Models of accounts and cohort, by modality. */
  doneModels: number;
  totalModels: number;
  elapsedMs: number;
  /** At the pace so far; `null` before the first model is done. */
  remainingMs: number | null;
}

/** An account that got no model of a modality, and why. */
export interface RefusedEnrolment {
  /** `''`: the cohort. */
  subject: string;
  modality: ModelledModality;
  reason: 'too-few-windows' | 'malformed-windows' | 'too-few-subjects';
  /** Windows, or subjects, that were there. */
  had: number;
  needed: number;
}

export interface TrainingOutcome {
  /** One per account with at least one model, by subject. */
  templates: Template[];
  cohort: Template | undefined;
  refused: RefusedEnrolment[];
  backend: 'tfjs-node' | 'wasm';
  /** Why this backend. */
  why: string;
  elapsedMs: number;
}

/** Rows per subject and session in, templates out. */
export interface Trainer {
  train(request: TrainingRequest): Promise<TrainingOutcome>;
}

/**
 * The trainer on TensorFlow.js. Subjects are sorted before anything is fitted, so the order of arrival changes nothing:
 * the same subjects, rows, seed and backend give the same bytes. Without a background an account's model is fitted to that
 * account's rows alone; on wasm its bytes do not depend on who else is trained, on tfjs-node the last bits may (see
 * `fitAutoencoders`). With one, the account is enrolled in it and its keystroke network starts from what its people have in
 * common, so its bytes follow from them as well.
 */
export function createTrainer({ clock }: { clock: Pick<Clock, 'nowMs'> }): Trainer {
  return {
    async train(request) {
      const startedAtMs = clock.nowMs();
      const { contract, seed } = request;
      const { tf, backend, why } = await loadTensorflow(request.backend);
      const { histories, refused } = await collect(request);
      const cohorts = request.cohort === false ? [] : poolCohorts(histories, refused);
      const backgrounds = request.cohort === false ? noBackgrounds : fitBackgrounds(histories);
      const starts = await fitStarts(tf, backgrounds, histories, seed);
      // The cohort first: the accounts name its version as their background.
      const work = [...cohorts.map((cohort) => [cohort]), ...batches(histories)];
      const totalModels = work.reduce((sum, batch) => sum + batch.length, 0);
      const fitted = new Map<string, ModalityModel[]>();
      const rows = new Map<string, number>();
      let doneModels = 0;
      for (const batch of work) {
        const { modality, subject: first } = batch[0]!;
        const catalogue = currentCatalogue(modality);
        const inCohort = first === '' ? {} : { background: backgrounds.get(modality), start: starts.get(modality) };
        const context = { tf, catalogue, contract, seed, background: undefined, ...inCohort };
        const models = await fitModels(
          context,
          batch.map(({ history }) => history),
          (share) => {
            const done = doneModels + share * batch.length;
            const elapsedMs = clock.nowMs() - startedAtMs;
            const remainingMs = done === 0 ? null : (elapsedMs / done) * (totalModels - done);
            request.onProgress?.({ doneModels: Math.floor(done), totalModels, elapsedMs, remainingMs });
          },
        );
        doneModels += batch.length;
        for (const [i, { subject, history }] of batch.entries()) {
          fitted.set(subject, [...(fitted.get(subject) ?? []), models[i]!]);
          rows.set(subject, (rows.get(subject) ?? 0) + history.rows.length);
        }
      }
      const templates: Template[] = [];
      let cohort: Template | undefined;
      // `''`, the cohort, sorts first.
      for (const subject of [...fitted.keys()].sort()) {
        const parent = (await request.parentOf?.(subject)) ?? '';
        const models = fitted.get(subject)!;
        const content = { subject, models, sampleCount: rows.get(subject)!, parent };
        if (subject === '')
          cohort = seal(request, { ...content, background: '', backgrounds: packBackgrounds(backgrounds) });
        else {
          const inBackground = models.some(({ likelihoodRatio }) => likelihoodRatio !== null);
          const background = inBackground ? (cohort?.version ?? '') : '';
          templates.push(seal(request, { ...content, background, backgrounds: [] }));
        }
      }
      return {
        templates,
        cohort,
        refused,
        backend,
        why,
        elapsedMs: clock.nowMs() - startedAtMs,
      };
    },
  };
}

async function collect(
  request: TrainingRequest,
): Promise<{ histories: SubjectHistory[]; refused: RefusedEnrolment[] }> {
  const histories: SubjectHistory[] = [];
  const refused: RefusedEnrolment[] = [];
  for await (const { subject, rows } of request.subjects) {
    for (const modality of modalities) {
      const recent = bySession(rows[modality] ?? []).slice(-maxRowsPerModel);
      if (recent.length === 0) continue;
      const { features } = currentCatalogue(modality);
      const sound = recent.every(({ vector }) => vector.length === features.length && vector.every(Number.isFinite));
      if (sound && recent.length >= minimumRowsToEnrol) {
        histories.push({ subject, modality, history: ownHistory(recent) });
      } else {
        const reason = sound ? 'too-few-windows' : 'malformed-windows';
        refused.push({ subject, modality, reason, had: recent.length, needed: minimumRowsToEnrol });
      }
    }
  }
  const place = (a: { subject: string; modality: string }, b: { subject: string; modality: string }) =>
    compare(a.modality, b.modality) || compare(a.subject, b.subject);
  const twice = histories.sort(place).find((own, i) => i > 0 && place(own, histories[i - 1]!) === 0);
  if (twice !== undefined) throw new Error('the same subject was given twice');
  return { histories, refused: refused.sort(place) };
}

/** Rows of a session together, sessions as they first appear: a person at two devices has two sessions at once. */
function bySession(rows: readonly TrainingRow[]): TrainingRow[] {
  const sessions = new Map<number, TrainingRow[]>();
  for (const row of rows) {
    const session = sessions.get(row.session);
    if (session === undefined) sessions.set(row.session, [row]);
    else session.push(row);
  }
  return [...sessions.values()].flat();
}

/** The rows of one person, oldest first, as training reads them: newer ones weigh more, sessions stay whole in the folds. */
export function ownHistory(rows: readonly TrainingRow[]): RowHistory {
  const sessions = rows.map(({ session }) => session);
  return {
    rows: rows.map(({ vector }) => vector),
    order: rows.map((_, i) => i),
    recency: true,
    folds: planFolds(sessions),
    sessionStarts: sessionStarts(sessions),
  };
}

function poolCohorts(histories: readonly SubjectHistory[], refused: RefusedEnrolment[]): SubjectHistory[] {
  const cohorts: SubjectHistory[] = [];
  for (const modality of modalities) {
    const own = histories.filter((each) => each.modality === modality);
    if (own.length === 0) continue;
    const pooled = cohortHistory(own.map(({ history }) => history));
    if (pooled.ok) cohorts.push({ subject: '', modality, history: pooled.history });
    else refused.push({ subject: '', modality, reason: 'too-few-subjects', had: pooled.had, needed: pooled.needed });
  }
  return cohorts;
}

/** One modality at a time, so many accounts at once. */
function* batches(histories: readonly SubjectHistory[]): Generator<SubjectHistory[]> {
  for (const modality of modalities) {
    const own = histories.filter((each) => each.modality === modality);
    for (let i = 0; i < own.length; i += subjectsAtOnce) yield own.slice(i, i + subjectsAtOnce);
  }
}

type Sealed = Pick<Template, 'subject' | 'models' | 'sampleCount' | 'parent' | 'background' | 'backgrounds'>;

function seal({ tenant, trainedAtMs, seed }: TrainingRequest, content: Sealed): Template {
  const kind = content.subject === '' ? ('cohort' as const) : ('own' as const);
  const template = { tenant, kind, trainedAtMs, seed, ...content };
  return { version: templateVersion(encodeTemplate(template)), ...template };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
