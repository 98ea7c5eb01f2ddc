import { judge, noTemplates, type Templates } from '../detection/judge.ts';
import type { SubjectState } from '../detection/subject-state.ts';
import { withoutEvidence } from '../detection/without-evidence.ts';
import type { BehaviourBatch } from '../detection/words/behaviour.ts';
import type { Template } from '../detection/words/template.ts';
import type { Verdict } from '../detection/words/verdict.ts';
import type { ConsumedRecord } from '../platform/broker/broker.ts';
import type { Logger } from '../platform/log.ts';
import type { KeyedStage, StateView, StepOutcome } from '../platform/stage/keyed-stage.ts';
import type { AnalystRuling } from '../schemas/analyst-ruling.ts';
import { createDeadLetterCodec, deadLetterOf } from '../schemas/dead-letter.ts';
import type { SubjectControl } from '../schemas/subject-control.ts';
import type { TemplateActivation } from '../schemas/template-activation.ts';
import { createVerdictCodec } from '../schemas/verdict.ts';
import type { TemplateCache } from '../templates/template-cache.ts';
import { createBehaviourReader } from './behaviour-reader.ts';
import { activateCohort, type CohortState, cohortVersionAt } from './cohort-state.ts';
import { clears, withRuling } from './pending-rulings.ts';
import type { ScorerMetrics } from './scorer-metrics.ts';
import { decodeScorerState, encodeScorerState, type ScorerState } from './scorer-state.ts';
import { cohortKey, subjectKey } from './state-key.ts';
import { controlSubject } from './subject-control.ts';
import { isTemplateOf } from './template-owner.ts';
import { createTemplateSource } from './template-source.ts';
import { verdictId } from './verdict-id.ts';

export interface ScorerTopics {
  behaviour: string;
  verdicts: string;
  deadLetters: string;
}

export interface ScorerDependencies {
  topics: ScorerTopics;
  group: string;
  templates: TemplateCache;
  metrics: ScorerMetrics;
  log: Logger;
}

/** The record waits until the template store answers: a verdict without the active template would be made up. */
const templateStoreAway: StepOutcome = { kind: 'unavailable', dependency: 'template-store' };

/** What a step comes to, at once where it can. */
type Stepped = StepOutcome | Promise<StepOutcome>;

/** Batches in, one verdict each out; activations, controls and rulings change the state of their subject and say nothing. */
export function createScorerStage(dependencies: ScorerDependencies): KeyedStage<ScorerState> {
  const { topics, group, metrics, log } = dependencies;
  const read = createBehaviourReader();
  const verdicts = createVerdictCodec();
  const deadLetters = createDeadLetterCodec();
  const templates = createTemplateSource(dependencies);

  function judged(
    record: ConsumedRecord,
    batch: BehaviourBatch,
    states: StateView<ScorerState>,
    templates: Templates,
  ): StepOutcome {
    const { tenant, subject, device, session, sequence, receivedAtMs, context } = batch;
    const key = subjectKey(tenant, subject);
    const { subject: before, rulings } = subjectAt(states, key);
    const { judgement, state } = judge(templates, before, batch);
    states.set(key, { kind: 'subject', subject: state, rulings: [] });
    const { topic, partition, offset } = record;
    const verdict: Verdict = {
      verdictId: verdictId(tenant, record),
      tenant,
      subject,
      device,
      session,
      sequence,
      source: { topic, partition, offset },
      receivedAtMs,
      ...judgement,
      keystrokes: batch.keystrokes.length,
      strokes: batch.pointer.length,
      inputRoute: context.inputRoute,
      host: context.host,
      degraded: batch.handling === 'degraded',
      rulings: [...rulings],
    };
    metrics.verdicts.inc({ decision: verdict.decision, template: verdict.templateKind });
    return { kind: 'emit', records: [{ topic: topics.verdicts, key: record.key, value: verdicts.encode(verdict) }] };
  }

  function stepBatch(record: ConsumedRecord, batch: BehaviourBatch, states: StateView<ScorerState>) {
    // Fetching templates is part of what is to be spared.
    if (batch.handling === 'shed') return judged(record, batch, states, noTemplates);
    const { subject } = subjectAt(states, subjectKey(batch.tenant, batch.subject));
    const { activeTemplateVersion, templateKind } = subject;
    if (templateKind === 'own') {
      return withTemplate(activeTemplateVersion, (own) =>
        withTemplate(own?.background ?? '', (background) =>
          judged(record, batch, states, { own, cohort: undefined, background }),
        ),
      );
    }
    // The cohort stands in for a template that does not exist yet, never for one that is lost.
    const version = cohortVersionAt(cohortAt(states, cohortKey(batch.tenant)), record.offset);
    return withTemplate(version, (cohort) =>
      judged(record, batch, states, { own: undefined, cohort, background: undefined }),
    );
  }

  /** Goes on with the template, or without one where it cannot be used; waits for a store that is away. */
  function withTemplate(version: string, proceed: (template: Template | undefined) => Stepped): Stepped {
    if (version === '') return proceed(undefined);
    const atHand = templates.peek(version);
    // The usual case, everything at hand, stays synchronous: a promise per record costs more than the judgement.
    if (atHand !== undefined) return proceed(atHand);
    return templates.load(version).then((answer) => {
      if (answer.ok) return proceed(answer.template);
      return answer.reason === 'store-unavailable' ? templateStoreAway : proceed(undefined);
    });
  }

  /** A template takes over only once it has been read, checked and found to be the subject's; else the champion stays. */
  async function stepActivation(
    record: ConsumedRecord,
    activation: TemplateActivation,
    states: StateView<ScorerState>,
  ): Promise<StepOutcome> {
    const { tenant, subject, version, kind } = activation;
    const answer = await templates.load(version);
    if (!answer.ok && answer.reason === 'store-unavailable') return templateStoreAway;
    if (!answer.ok) return refusedActivation(version, answer.reason);
    if (!isTemplateOf(answer.template, activation)) return refusedActivation(version, 'foreign');
    if (kind === 'cohort') {
      const key = cohortKey(tenant);
      const cohort = activateCohort(cohortAt(states, key), { offset: record.offset, version });
      states.set(key, { kind: 'cohort', cohort });
    } else {
      const key = subjectKey(tenant, subject);
      const { subject: before, rulings } = subjectAt(states, key);
      if (before.objected) {
        metrics.activations.inc({ outcome: 'objected' });
        return { kind: 'emit', records: [] };
      }
      const after: SubjectState = { ...before, activeTemplateVersion: version, templateKind: 'own' };
      states.set(key, { kind: 'subject', subject: after, rulings });
    }
    metrics.activations.inc({ outcome: 'activated' });
    return { kind: 'emit', records: [] };
  }

  function refusedActivation(version: string, reason: string): StepOutcome {
    metrics.activations.inc({ outcome: reason });
    log.error({ version, reason }, 'activation refused, the active template stays');
    return { kind: 'dead-letter', reason: `template-${reason}`, detail: `template ${version} cannot be activated` };
  }

  function stepControl({ tenant, subject, action }: SubjectControl, states: StateView<ScorerState>): StepOutcome {
    const key = subjectKey(tenant, subject);
    const { subject: before, rulings } = subjectAt(states, key);
    states.set(key, {
      kind: 'subject',
      subject: controlSubject(before, action),
      rulings: action === 'erase' ? [] : rulings,
    });
    metrics.controls.inc({ action });
    return { kind: 'emit', records: [] };
  }

  /** Told by the subject's next verdict, and by then already no evidence any more where it says that there was nothing. */
  function stepRuling(said: AnalystRuling, states: StateView<ScorerState>): StepOutcome {
    const key = subjectKey(said.tenant, said.subject);
    const { subject: before, rulings } = subjectAt(states, key);
    const { incidentId, ruling } = said;
    const pending = withRuling(rulings, { incidentId, ruling });
    if (pending === undefined) {
      return { kind: 'dead-letter', reason: 'too-many-rulings', detail: `${rulings.length} wait for the next verdict` };
    }
    const after = clears(said) ? withoutEvidence(before) : before;
    states.set(key, { kind: 'subject', subject: after, rulings: pending });
    metrics.rulings.inc({ ruling });
    return { kind: 'emit', records: [] };
  }

  return {
    name: 'scorer',
    group,
    inputTopic: topics.behaviour,
    keysOf(record) {
      const found = read(record);
      if (!found.ok) return [];
      const { kind, value } = found.behaviour;
      switch (kind) {
        case 'batch':
          return value.handling === 'shed'
            ? [subjectKey(value.tenant, value.subject)]
            : [subjectKey(value.tenant, value.subject), cohortKey(value.tenant)];
        case 'activation':
          return [value.kind === 'cohort' ? cohortKey(value.tenant) : subjectKey(value.tenant, value.subject)];
        case 'control':
        case 'ruling':
          return [subjectKey(value.tenant, value.subject)];
      }
    },
    decodeState: decodeScorerState,
    encodeState: encodeScorerState,
    step(record, states) {
      const found = read(record);
      if (!found.ok) return { kind: 'dead-letter', reason: found.reason, detail: found.detail };
      switch (found.behaviour.kind) {
        case 'batch':
          return stepBatch(record, found.behaviour.value, states);
        case 'activation':
          return stepActivation(record, found.behaviour.value, states);
        case 'control':
          return stepControl(found.behaviour.value, states);
        case 'ruling':
          return stepRuling(found.behaviour.value, states);
      }
    },
    deadLetter(record, reason, detail) {
      const found = read(record);
      const tenant = found.ok ? found.behaviour.value.tenant : found.tenant;
      const letter = deadLetterOf(record, { stage: 'scorer', reason, detail, tenant });
      return { topic: topics.deadLetters, key: record.key, value: deadLetters.encode(letter) };
    },
  };
}

function subjectAt(states: StateView<ScorerState>, key: string): Extract<ScorerState, { kind: 'subject' }> {
  const state = states.get(key);
  if (state.kind !== 'subject') throw new TypeError('a subject key holds another kind of state');
  return state;
}

function cohortAt(states: StateView<ScorerState>, key: string): CohortState {
  const state = states.get(key);
  if (state.kind !== 'cohort') throw new TypeError('a cohort key holds another kind of state');
  return state.cohort;
}
