import type { FalseAlarmContract } from '../detection/sequential/contract.ts';
import type { Template } from '../detection/words/template.ts';
import type { Broker } from '../platform/broker/broker.ts';
import type { Clock } from '../platform/clock.ts';
import { createTemplateActivationCodec } from '../schemas/template-activation.ts';
import { createVerdictCodec } from '../schemas/verdict.ts';
import type { TemplateStore } from '../templates/template-store.ts';
import { publishTemplates } from './publish.ts';
import type { TrainingBackend } from './tensorflow.ts';
import { createTrainer, type RefusedEnrolment, type TrainingProgress } from './trainer.ts';
import { type OmissionReason, readVerdictHistory } from './verdict-history.ts';

export interface RetrainOptions {
  tenant: string;
  topics: { behaviour: string; verdicts: string };
  contract: FalseAlarmContract;
  seed: number;
  backend: TrainingBackend;
  onProgress?: (progress: RetrainProgress) => void;
}

/** What a person at the terminal wants to know meanwhile. */
export type RetrainProgress =
  | { step: 'reading'; verdicts: number }
  | ({ step: 'training' } & TrainingProgress)
  | { step: 'publishing'; published: number; total: number };

export interface RetrainReport {
  tenant: string;
  verdicts: number;
  rows: number;
  omitted: Record<OmissionReason, number>;
  subjects: number;
  enrolled: number;
  refused: RefusedEnrolment[];
  cohort: boolean;
  backend: string;
  why: string;
  trainingMs: number;
  templates: Template[];
}

export type RetrainOutcome = { ok: true; report: RetrainReport } | { ok: false; reason: string; detail: string };

/**
 * From verdict history to activated templates: the newest genuine windows of every subject of a tenant, one template each,
 * one for the cohort. Rejects with `StoreUnavailable` or `BrokerUnavailable`; what was activated before stays so.
 */
export async function retrain(
  { broker, store, clock }: { broker: Broker; store: TemplateStore; clock: Clock },
  options: RetrainOptions,
): Promise<RetrainOutcome> {
  const { tenant, topics, contract, seed, backend, onProgress } = options;
  const history = await readVerdictHistory({
    broker,
    topic: topics.verdicts,
    codec: createVerdictCodec(),
    tenant,
    onProgress: (verdicts) => onProgress?.({ step: 'reading', verdicts }),
  });
  const subjects = history.tenants.get(tenant) ?? [];
  const trained = await createTrainer({ clock }).train({
    tenant,
    subjects,
    contract,
    seed,
    backend,
    trainedAtMs: clock.nowMs(),
    parentOf: async (subject) => (await store.activeVersions(tenant, subject))[0] ?? '',
    onProgress: (progress) => onProgress?.({ step: 'training', ...progress }),
  });
  const templates = trained.cohort === undefined ? trained.templates : [...trained.templates, trained.cohort];
  const published = await publishTemplates(templates, {
    store,
    broker,
    codec: createTemplateActivationCodec(),
    behaviourTopic: topics.behaviour,
    activatedAtMs: clock.nowMs(),
    by: 'gaitkeeper train',
    onProgress: (done, total) => onProgress?.({ step: 'publishing', published: done, total }),
  });
  if (!published.ok) return published;
  const { verdicts, rows, omitted } = history;
  return {
    ok: true,
    report: {
      tenant,
      verdicts,
      rows,
      omitted,
      subjects: subjects.length,
      enrolled: trained.templates.length,
      refused: trained.refused,
      cohort: trained.cohort !== undefined,
      backend: trained.backend,
      why: trained.why,
      trainingMs: trained.elapsedMs,
      templates,
    },
  };
}
