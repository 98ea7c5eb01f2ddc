import { hash } from 'node:crypto';
import { judge, type Templates } from '../detection/judge.ts';
import { newSubjectState, type SubjectState, withoutSession } from '../detection/subject-state.ts';
import { withoutEvidence } from '../detection/without-evidence.ts';
import type { BehaviourBatch } from '../detection/words/behaviour.ts';
import type { Template } from '../detection/words/template.ts';
import type { Judgement, Ruling, Verdict } from '../detection/words/verdict.ts';
import type { ConsumedRecord, RecordPosition } from '../platform/broker/broker.ts';
import type { AnalystRuling } from '../schemas/analyst-ruling.ts';
import { createBehaviourTopicCodec } from '../schemas/behaviour-topic.ts';
import { cohortSubject } from '../schemas/bounds.ts';
import { createDeadLetterCodec, deadLetterOf } from '../schemas/dead-letter.ts';
import type { ControlAction, SubjectControl } from '../schemas/subject-control.ts';
import type { TemplateActivation } from '../schemas/template-activation.ts';
import { createVerdictCodec } from '../schemas/verdict.ts';
import type { LoadOutcome } from '../templates/template-store.ts';
import { digestOf } from './found-outputs.ts';
import {
  type Replayed,
  type ReplayedPartition,
  type ReplayedSubject,
  versionBefore,
  withActivation,
} from './replayed-partition.ts';

/** What an input record must have led to. */
export type ExpectedOutcome =
  /** `templateAway`: the own template was away when the system judged, which it said; the verdict is recomputed without. */
  | { kind: 'verdict'; subject: ReplayedSubject; verdict: Verdict; bytes: Buffer; templateAway: boolean }
  /** There must be a verdict of this id; which one is not known. */
  | {
      kind: 'some-verdict';
      subject: ReplayedSubject;
      batch: BehaviourBatch;
      verdictId: string;
      /** The states that the replay began with contain the batch. */
      beforeSnapshot: boolean;
    }
  /** `followed`: of an activation, for a reason that the template of today does not give: it is sound now, or fails otherwise. */
  | { kind: 'dead-letter'; bytes: Buffer; followed?: 'sound-now' | 'fails-otherwise' }
  | { kind: 'accepted'; record: 'activation' | 'control' | 'ruling' };

/** One input record, replayed. */
export interface ReplayedRecord {
  outcome: ExpectedOutcome;
  /** The key whose state the record wrote. */
  wrote: Replayed | undefined;
}

/** What the system did, where the log and the templates of today do not tell alone. */
export interface SystemTold {
  /** The first verdict of the id, by its bytes and the template that it names. */
  verdict(id: string): { digest: string; templateVersion: string } | undefined;
  /** Why the record was set aside; `undefined` where it was not. */
  setAside(record: RecordPosition): string | undefined;
  /** Whether any verdict names the template: then it could be read at the time. */
  judgedBy(version: string): boolean;
  /** Whether any verdict of the subject says that its template was unavailable: then one had been activated. */
  missedTemplate(subjectKey: string): boolean;
}

/** The scoring of one record after the other, written a second time, as simply as it can be. */
export interface Replay {
  /** Rejects with `StoreUnavailable` where the template store does not answer. */
  step(partition: ReplayedPartition, record: ConsumedRecord): Promise<ReplayedRecord>;
}

/** What a replay reads beside the log. */
export interface ReplayDependencies {
  templates: { get(version: string): Promise<LoadOutcome> };
  system: SystemTold;
}

/**
 * A second implementation of what the scorer does, on purpose: it shares `judge` and the codecs with it, and nothing of how
 * states are kept, templates activated, ids derived and records set aside.
 */
export function createReplay({ templates, system }: ReplayDependencies): Replay {
  const behaviour = createBehaviourTopicCodec();
  const verdicts = createVerdictCodec();
  const deadLetters = createDeadLetterCodec();

  const aside = (
    record: ConsumedRecord,
    why: { tenant: string | null; reason: string; detail: string },
    followed?: 'sound-now' | 'fails-otherwise',
  ): ReplayedRecord => {
    const bytes = deadLetters.encode(deadLetterOf(record, { stage: 'scorer', ...why }));
    return { outcome: { kind: 'dead-letter', bytes, ...(followed && { followed }) }, wrote: undefined };
  };

  async function load(version: string): Promise<Template | undefined> {
    if (version === '') return undefined;
    const answer = await templates.get(version);
    return answer.ok ? answer.template : undefined;
  }

  /** The templates that judge the record, and the version that ought to. */
  async function templatesAt(
    partition: ReplayedPartition,
    { state }: ReplayedSubject,
    tenant: string,
    offset: number,
  ): Promise<{ given: Templates; version: string; whole: boolean }> {
    if (state.templateKind === 'own') {
      const own = await load(state.activeTemplateVersion);
      const background = await load(own?.background ?? '');
      const whole = own !== undefined && (own.background === '' || background !== undefined);
      return { given: { own, cohort: undefined, background }, version: state.activeTemplateVersion, whole };
    }
    const version = versionBefore(partition.cohort(tenant).state, offset);
    const cohort = await load(version);
    const whole = version === '' || cohort !== undefined;
    return { given: { own: undefined, cohort, background: undefined }, version, whole };
  }

  async function stepBatch(partition: ReplayedPartition, record: ConsumedRecord, batch: BehaviourBatch) {
    const subject = partition.subject(batch.tenant, batch.subject);
    const verdictId = verdictIdOf(batch.tenant, record);
    const beforeSnapshot = isContained(partition, subject, record);
    const unknown: ExpectedOutcome = { kind: 'some-verdict', subject, batch, verdictId, beforeSnapshot };
    if (beforeSnapshot) return { outcome: unknown, wrote: undefined };
    const found = system.verdict(verdictId);
    if (subject.known) {
      const { given, version, whole } = await templatesAt(partition, subject, batch.tenant, record.offset);
      // The template is gone by now, and was there then.
      if (!whole && found?.templateVersion === version) subject.known = false;
      else {
        const full = judged(given);
        const own = given.own !== undefined && found?.templateVersion === '' && found.digest !== digestOf(full.bytes);
        const without = own ? judged({ ...given, own: undefined }) : undefined;
        const templateAway = without !== undefined && found?.digest === digestOf(without.bytes);
        const { verdict, bytes, state } = templateAway ? without : full;
        subject.state = state;
        subject.rulings = [];
        subject.judgedBy.add(verdict.templateVersion);
        subject.offset = record.offset;
        const outcome: ExpectedOutcome = { kind: 'verdict', subject, verdict, bytes, templateAway };
        return { outcome, wrote: subject };
      }
    }
    subject.offset = record.offset;
    return { outcome: unknown, wrote: subject };

    function judged(given: Templates) {
      const { judgement, state } = judge(given, subject.state, batch);
      const verdict = verdictOf(batch, record, judgement, subject.rulings);
      return { verdict, bytes: verdicts.encode(verdict), state };
    }
  }

  async function stepActivation(partition: ReplayedPartition, record: ConsumedRecord, activation: TemplateActivation) {
    const { tenant, version, kind } = activation;
    const owner = kind === 'cohort' ? partition.cohort(tenant) : partition.subject(tenant, activation.subject);
    const accepted: ExpectedOutcome = { kind: 'accepted', record: 'activation' };
    const told = system.setAside(record);
    const detail = `template ${version} cannot be activated`;
    const refusal = refusalOf(await templates.get(version), activation);
    const reason = `template-${refusal}`;
    // A template may have become readable, or unreadable, since: what the system found at the time is followed.
    const since = refusal === undefined ? 'sound-now' : 'fails-otherwise';
    const setAside =
      told?.startsWith('template-') === true
        ? aside(record, { tenant, reason: told, detail }, told === reason ? undefined : since)
        : undefined;
    if (isContained(partition, owner, record)) return setAside ?? { outcome: accepted, wrote: undefined };
    // Old templates are deleted. One that judged somebody, or was missed, was there when it was activated; without such a
    // trace nobody can tell, and the dead letter is asked for.
    const wasThere = system.judgedBy(version) || system.missedTemplate(owner.key);
    const goneSince = refusal === 'absent' && told === undefined && wasThere;
    if (setAside !== undefined) return setAside;
    if (refusal !== undefined && !goneSince) return aside(record, { tenant, reason, detail });
    if (owner.kind === 'subject' && owner.known && owner.state.objected) return { outcome: accepted, wrote: undefined };
    const activated = { offset: record.offset, version };
    owner.offset = record.offset;
    if (owner.kind === 'cohort') owner.state = withActivation(owner, activated);
    else owner.state = { ...owner.state, activeTemplateVersion: version, templateKind: 'own' };
    return { outcome: accepted, wrote: owner };
  }

  function stepControl(partition: ReplayedPartition, record: ConsumedRecord, control: SubjectControl): ReplayedRecord {
    const subject = partition.subject(control.tenant, control.subject);
    const outcome: ExpectedOutcome = { kind: 'accepted', record: 'control' };
    if (isContained(partition, subject, record)) return { outcome, wrote: undefined };
    subject.state = afterControl(subject.state, control.action);
    if (control.action === 'erase') subject.rulings = [];
    subject.offset = record.offset;
    return { outcome, wrote: subject };
  }

  function stepRuling(partition: ReplayedPartition, record: ConsumedRecord, said: AnalystRuling): ReplayedRecord {
    const { tenant, incidentId, ruling } = said;
    const subject = partition.subject(tenant, said.subject);
    const contained = isContained(partition, subject, record);
    const others = subject.rulings.filter((each) => each.incidentId !== incidentId);
    const isFull = contained ? system.setAside(record) === 'too-many-rulings' : others.length >= mostRulings;
    if (isFull) {
      return aside(record, { tenant, reason: 'too-many-rulings', detail: `${mostRulings} wait for the next verdict` });
    }
    const outcome: ExpectedOutcome = { kind: 'accepted', record: 'ruling' };
    if (contained) return { outcome, wrote: undefined };
    subject.rulings = [...others, { incidentId, ruling }];
    if (ruling === 'false-positive' || ruling === 'benign-known') subject.state = withoutEvidence(subject.state);
    subject.offset = record.offset;
    return { outcome, wrote: subject };
  }

  return {
    async step(partition, record) {
      const decoded = behaviour.decode(record.value);
      if (!decoded.ok) return aside(record, { tenant: null, reason: decoded.reason, detail: decoded.detail });
      const { kind, value } = decoded.value;
      if (record.key?.toString('latin1') !== value.subject) {
        const why = { reason: 'key-mismatch', detail: 'the record key is not the subject' };
        return aside(record, { tenant: value.tenant, ...why });
      }
      switch (kind) {
        case 'batch':
          return await stepBatch(partition, record, value);
        case 'activation':
          return await stepActivation(partition, record, value);
        case 'control':
          return stepControl(partition, record, value);
        case 'ruling':
          return stepRuling(partition, record, value);
      }
    },
  };
}

/** Part of what a verdict may hold: so many rulings wait for it at most. */
const mostRulings = 8;

/** A verdict's identity: the first 16 bytes of SHA-256 over tenant, input topic, partition and offset. */
export function verdictIdOf(tenant: string, { topic, partition, offset }: RecordPosition): string {
  return hash('sha256', [tenant, topic, partition, offset].join('|'), 'hex').slice(0, 32);
}

/** Whether the state that the replay began with contains the record. */
function isContained({ throughOffset }: ReplayedPartition, { offset }: Replayed, record: ConsumedRecord): boolean {
  return record.offset <= Math.max(throughOffset, offset);
}

function verdictOf(
  batch: BehaviourBatch,
  record: ConsumedRecord,
  judgement: Judgement,
  rulings: readonly Ruling[],
): Verdict {
  const { tenant, subject, device, session, sequence, receivedAtMs } = batch;
  return {
    verdictId: verdictIdOf(tenant, record),
    tenant,
    subject,
    device,
    session,
    sequence,
    source: { topic: record.topic, partition: record.partition, offset: record.offset },
    receivedAtMs,
    decision: judgement.decision,
    reason: judgement.reason,
    risk: judgement.risk,
    evidence: judgement.evidence,
    modalities: judgement.modalities,
    templateKind: judgement.templateKind,
    templateVersion: judgement.templateVersion,
    templateTrainedAtMs: judgement.templateTrainedAtMs,
    templateSamples: judgement.templateSamples,
    keystrokes: batch.keystrokes.length,
    strokes: batch.pointer.length,
    inputRoute: batch.context.inputRoute,
    host: batch.context.host,
    degraded: batch.handling === 'degraded',
    rulings: [...rulings],
  };
}

/** Why the activation must be refused; `undefined` where it must be followed. */
function refusalOf(answer: LoadOutcome, { tenant, subject, kind }: TemplateActivation): string | undefined {
  if (!answer.ok) return answer.reason;
  const { template } = answer;
  const whose = template.kind === 'cohort' ? cohortSubject : template.subject;
  return template.tenant === tenant && template.kind === kind && whose === subject ? undefined : 'foreign';
}

function afterControl(state: SubjectState, action: ControlAction): SubjectState {
  switch (action) {
    case 'erase':
      return { ...newSubjectState(), devices: state.devices, objected: state.objected };
    case 'object':
      return { ...withoutSession(state), objected: true, activeTemplateVersion: '', templateKind: 'none' };
    case 'accommodate':
      return { ...state, accommodated: true };
    case 'reset':
      return withoutSession(state);
  }
}
