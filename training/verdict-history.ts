import { catalogueFor, currentCatalogue } from '../detection/features/catalogue.ts';
import type { ModelledModality } from '../detection/words/template.ts';
import type { ModalityJudgement, Verdict } from '../detection/words/verdict.ts';
import type { Broker } from '../platform/broker/broker.ts';
import type { Codec } from '../schemas/codec.ts';
import { maxRowsPerModel } from './trainer.ts';
import type { TrainingRow, TrainingSubject } from './training-subject.ts';

/** Why a verdict, or one modality's vector on it, is no training row. */
export const omissionReasons = [
  /** Bytes that this version cannot read. */
  'undecodable',
  /** Produced twice: by a scorer that was cut off between producing and committing. */
  'duplicate',
  /** Suspicious, impostor or machine: what was flagged never teaches. */
  'flagged',
  /** Undecided for want of a template, shed, or a duplicate batch. */
  'undecided',
  /** Another catalogue than today's; its numbers mean something else. */
  'other-catalogue',
  /** More windows than a model is fitted to; the newest are kept. */
  'older',
] as const;
export type OmissionReason = (typeof omissionReasons)[number];

export interface VerdictHistory {
  /** Genuine rows per tenant and subject. */
  tenants: Map<string, TrainingSubject[]>;
  /** Verdict records read. */
  verdicts: number;
  /** Windows that became rows and were kept. */
  rows: number;
  /** What was left out, in verdicts for the first four reasons and in windows for the others. */
  omitted: Record<OmissionReason, number>;
}

export interface VerdictSource {
  broker: Pick<Broker, 'read'>;
  topic: string;
  codec: Pick<Codec<Verdict>, 'decode'>;
  /** Only this tenant's; default: every tenant's. */
  tenant?: string;
  signal?: AbortSignal;
  /** Called after every 1,000 verdicts. */
  onProgress?: (verdicts: number) => void;
}

const progressEvery = 1000;

/**
 * The verdict topic, from its oldest record to its end as it is now, as training rows: windows that were judged
 * genuine, or that came before anything could judge them. Memory is bounded per subject by the newest
 * {@link maxRowsPerModel} windows of each modality.
 */
export async function readVerdictHistory(source: VerdictSource): Promise<VerdictHistory> {
  const { broker, topic, codec, tenant, signal } = source;
  const omitted = Object.fromEntries(omissionReasons.map((reason) => [reason, 0])) as Record<OmissionReason, number>;
  const tenants = new Map<string, Map<string, SubjectRows>>();
  let verdicts = 0;
  for await (const record of broker.read({ topic, from: 'earliest', until: 'end', ...(signal && { signal }) })) {
    verdicts++;
    if (verdicts % progressEvery === 0) source.onProgress?.(verdicts);
    const decoded = codec.decode(record.value);
    if (!decoded.ok) {
      omitted.undecodable++;
      continue;
    }
    const verdict = decoded.value;
    if (tenant !== undefined && verdict.tenant !== tenant) continue;
    const subjects = entry(tenants, verdict.tenant, () => new Map<string, SubjectRows>());
    const held = entry(subjects, verdict.subject, newSubjectRows);
    const refusal = omissionOf(verdict, held);
    if (refusal === undefined) addRows(verdict, held, omitted);
    else omitted[refusal]++;
  }
  let rows = 0;
  const subjectsOf = new Map<string, TrainingSubject[]>();
  for (const [name, subjects] of tenants) {
    const listed = [...subjects].map(([subject, held]) => ({ subject, rows: newest(held, omitted) }));
    for (const { rows: own } of listed) rows += own.keystrokes.length + own.pointer.length;
    subjectsOf.set(name, listed);
  }
  return { tenants: subjectsOf, verdicts, rows, omitted };
}

interface SubjectRows {
  keystrokes: TrainingRow[];
  pointer: TrainingRow[];
  /** Session pseudonyms, numbered as they appear. */
  sessions: Map<string, number>;
  /** The newest input offset seen per topic and partition: at most a few, a subject's key has one partition. */
  offsets: Map<string, number>;
}

function newSubjectRows(): SubjectRows {
  return { keystrokes: [], pointer: [], sessions: new Map(), offsets: new Map() };
}

function omissionOf({ decision, reason, source }: Verdict, { offsets }: SubjectRows): OmissionReason | undefined {
  const input = `${source.topic}/${source.partition}`;
  if (source.offset <= (offsets.get(input) ?? -1)) return 'duplicate';
  offsets.set(input, source.offset);
  if (decision === 'genuine') return undefined;
  if (decision !== 'undecided') return 'flagged';
  return reason === 'enrolling' || reason === 'insufficient-evidence' ? undefined : 'undecided';
}

function addRows(verdict: Verdict, held: SubjectRows, omitted: Record<OmissionReason, number>): void {
  for (const judgement of verdict.modalities) {
    if (!isModelled(judgement) || judgement.vector.length === 0) continue;
    const { modality, catalogueVersion, vector } = judgement;
    const catalogue = catalogueFor(modality, catalogueVersion);
    if (catalogue !== currentCatalogue(modality) || vector.length !== catalogue.features.length) {
      omitted['other-catalogue']++;
      continue;
    }
    const session = entry(held.sessions, verdict.session, () => held.sessions.size);
    held[modality].push({ session, vector: Float32Array.from(vector) });
    // Cut only once it has doubled, so that a long history costs one copy per so many rows.
    if (held[modality].length >= 2 * maxRowsPerModel) {
      omitted.older += held[modality].length - maxRowsPerModel;
      held[modality] = held[modality].slice(-maxRowsPerModel);
    }
  }
}

function newest(held: SubjectRows, omitted: Record<OmissionReason, number>): Record<ModelledModality, TrainingRow[]> {
  const cut = (rows: TrainingRow[]): TrainingRow[] => {
    omitted.older += Math.max(0, rows.length - maxRowsPerModel);
    return rows.slice(-maxRowsPerModel);
  };
  return { keystrokes: cut(held.keystrokes), pointer: cut(held.pointer) };
}

function isModelled(judgement: ModalityJudgement): judgement is ModalityJudgement & { modality: ModelledModality } {
  return judgement.modality === 'keystrokes' || judgement.modality === 'pointer';
}

function entry<K, V>(map: Map<K, V>, key: K, create: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const created = create();
  map.set(key, created);
  return created;
}
