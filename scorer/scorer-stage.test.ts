import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Template } from '../detection/words/template.ts';
import type { Ruling, Verdict } from '../detection/words/verdict.ts';
import type { ConsumedRecord, OutgoingRecord } from '../platform/broker/broker.ts';
import { createMetrics, type MetricsRegistry } from '../platform/metrics.ts';
import type { KeyedStage, StateView, StepOutcome } from '../platform/stage/keyed-stage.ts';
import { StoreUnavailable } from '../platform/store/state-store.ts';
import { createVerdictCodec } from '../schemas/verdict.ts';
import type { TemplateCache } from '../templates/template-cache.ts';
import type { LoadOutcome } from '../templates/template-store.ts';
import { createCapturedLog } from '../test/fixtures/captured-log.ts';
import {
  activationRecord,
  batchRecord,
  controlRecord,
  rulingRecord,
  scorerTopics,
} from '../test/fixtures/scorer-run.ts';
import { templateOf } from '../test/fixtures/template-fixture.ts';
import { ada, bob, injector, subjectOf, typedBatch } from '../test/fixtures/typing-fixture.ts';
import { createScorerMetrics } from './scorer-metrics.ts';
import { createScorerStage } from './scorer-stage.ts';
import type { ScorerState } from './scorer-state.ts';
import { subjectKey } from './state-key.ts';

const subject = subjectOf('a');
const stranger = subjectOf('b');
const version = (digit: string): string => digit.repeat(64);
const verdicts = createVerdictCodec();

/** Templates by version; `away` stands for a store that does not answer. */
let held: Map<string, Template | 'away' | 'corrupt'>;
let stage: KeyedStage<ScorerState>;
let states: Map<string, ScorerState>;
let metrics: MetricsRegistry;
let lines: string[];
let nextOffset: number;

function templateCache(): TemplateCache {
  return {
    peek: () => undefined,
    async get(asked): Promise<LoadOutcome> {
      const found = held.get(asked);
      if (found === 'away') throw new StoreUnavailable('as told');
      if (found === 'corrupt') return { ok: false, reason: 'version-mismatch', detail: 'as told' };
      return found === undefined ? { ok: false, reason: 'absent', detail: asked } : { ok: true, template: found };
    },
    size: () => ({ bytes: 0, templates: 0 }),
  };
}

beforeEach(() => {
  held = new Map();
  states = new Map();
  const captured = createCapturedLog();
  lines = captured.lines;
  nextOffset = 0;
  metrics = createMetrics();
  stage = createScorerStage({
    topics: scorerTopics,
    group: 'scorer',
    templates: templateCache(),
    metrics: createScorerMetrics(metrics),
    log: captured.log,
  });
});

function consumed({ key, value }: OutgoingRecord, offset = nextOffset++): ConsumedRecord {
  return {
    topic: scorerTopics.behaviour,
    partition: 0,
    offset,
    key,
    value,
    headers: {},
    timestampMs: 1_700_000_000_000,
  };
}

/** One step as the engine does it: only the named keys are there, only the first may be set, and only `emit` keeps it. */
async function step(given: OutgoingRecord | ConsumedRecord): Promise<StepOutcome> {
  const record = 'offset' in given ? given : consumed(given);
  const keys = stage.keysOf(record);
  let pending: ScorerState | undefined;
  const view: StateView<ScorerState> = {
    get(key) {
      expect(keys).toContain(key);
      return states.get(key) ?? stage.decodeState(undefined, key);
    },
    set(key, state) {
      expect(key).toBe(keys[0]);
      pending = state;
    },
  };
  const outcome = await stage.step(record, view);
  if (outcome.kind === 'emit' && pending !== undefined && keys[0] !== undefined) states.set(keys[0], pending);
  return outcome;
}

async function judge(batch: Parameters<typeof typedBatch>[0]): Promise<Verdict> {
  const outcome = await step(batchRecord(typedBatch(batch)));
  if (outcome.kind !== 'emit' || outcome.records.length !== 1)
    throw new Error(`no verdict: ${JSON.stringify(outcome)}`);
  const decoded = verdicts.decode(outcome.records[0]?.value ?? null);
  if (!decoded.ok) throw new Error(decoded.detail);
  return decoded.value;
}

/** The last verdict of several batches in a row: how many it takes to be sure is not the scorer's affair. */
async function judgeMany(from: Parameters<typeof typedBatch>[0], count: number): Promise<Verdict> {
  for (let passed = 0; passed < count - 1; passed++) await judge({ ...from, sequence: from.sequence + passed });
  return await judge({ ...from, sequence: from.sequence + count - 1 });
}

function stateBytes(): string[] {
  return [...states].map(([key, state]) => `${key} ${stage.encodeState(state).toString('hex')}`).sort();
}

/** Makes the template loadable and activates it. */
async function activate(template: Omit<Template, 'version'>, as: string): Promise<StepOutcome> {
  held.set(as, { ...template, version: as });
  return await step(
    activationRecord({ subject: template.subject, version: as, kind: template.kind, tenant: template.tenant }),
  );
}

const exposition = (): Promise<string> => metrics.exposition();

describe('a batch', () => {
  it('gets one verdict that says whose it is and where it came from, under its own key', async () => {
    const batch = typedBatch({ subject, sequence: 7, rhythm: ada });
    const record = consumed(batchRecord(batch), 41);
    const outcome = await step(record);
    expect(outcome.kind).toBe('emit');
    const [output] = outcome.kind === 'emit' ? outcome.records : [];
    expect(output?.topic).toBe(scorerTopics.verdicts);
    expect(output?.key?.toString()).toBe(subject);
    const decoded = verdicts.decode(output?.value ?? null);
    expect(decoded).toMatchObject({
      ok: true,
      value: {
        tenant: 'default',
        subject,
        device: batch.device,
        session: batch.session,
        sequence: 7,
        source: { topic: scorerTopics.behaviour, partition: 0, offset: 41 },
        receivedAtMs: batch.receivedAtMs,
        keystrokes: 25,
        strokes: 0,
        host: subjectOf('f'),
        degraded: false,
      },
    });
  });

  it('of somebody new is undecided, enrolling, by no template', async () => {
    for (let sequence = 0; sequence < 4; sequence++) {
      const verdict = await judge({ subject, sequence, rhythm: ada });
      expect(verdict).toMatchObject({ decision: 'undecided', reason: 'enrolling', templateKind: 'none', risk: 0 });
    }
  });

  it('that was judged before is undecided, a duplicate, and changes nothing', async () => {
    await activate(templateOf({ rhythm: ada, subject }), version('1'));
    for (let sequence = 0; sequence < 3; sequence++) await judge({ subject, sequence, rhythm: ada });
    const before = stateBytes();
    const verdict = await judge({ subject, sequence: 1, rhythm: bob });
    expect(verdict).toMatchObject({ decision: 'undecided', reason: 'duplicate', risk: 0, modalities: [] });
    expect(stateBytes()).toEqual(before);
  });

  it('that was shed says so, costs no template, and leaves nothing but its sequence', async () => {
    await activate(templateOf({ rhythm: ada, subject }), version('1'));
    await judge({ subject, sequence: 0, rhythm: ada });
    held.set(version('1'), 'away');
    const shed = await judge({ subject, sequence: 1, rhythm: bob, handling: 'shed' });
    const nothing = { risk: 0, evidence: [], modalities: [], templateKind: 'none', templateVersion: '' };
    expect(shed).toMatchObject({ decision: 'undecided', reason: 'shed', degraded: false, keystrokes: 25, ...nothing });
    expect(
      stage.keysOf(consumed(batchRecord(typedBatch({ subject, sequence: 2, rhythm: ada, handling: 'shed' })))),
    ).toEqual([subjectKey('default', subject)]);
    held.set(version('1'), { ...templateOf({ rhythm: ada, subject }), version: version('1') });
    expect(await judge({ subject, sequence: 1, rhythm: ada })).toMatchObject({ reason: 'duplicate' });
    expect(await judge({ subject, sequence: 2, rhythm: ada })).toMatchObject({ decision: 'genuine' });
  });

  it('that was degraded says so, and is judged where a window is due', async () => {
    await activate(templateOf({ rhythm: ada, subject }), version('1'));
    for (const sequence of [0, 1, 2]) {
      const verdict = await judge({ subject, sequence, rhythm: ada, handling: 'degraded' });
      expect(verdict).toMatchObject({ decision: 'undecided', reason: 'insufficient-evidence', degraded: true });
    }
    const due = await judge({ subject, sequence: 3, rhythm: ada, handling: 'degraded' });
    expect(due).toMatchObject({ decision: 'genuine', degraded: true });
  });

  it('of a keyboard that types itself is a machine from the first batch, enrolled or not', async () => {
    expect(await judge({ subject, sequence: 0, rhythm: injector })).toMatchObject({ decision: 'machine' });
    await activate(templateOf({ rhythm: ada, subject: stranger }), version('1'));
    expect(await judge({ subject: stranger, sequence: 0, rhythm: injector })).toMatchObject({ decision: 'machine' });
  });

  it('of one tenant never meets the state or the template of another with the same pseudonym', async () => {
    await activate(templateOf({ rhythm: ada, subject }), version('1'));
    const own = await judge({ subject, sequence: 0, rhythm: ada });
    const other = await judge({ subject, sequence: 0, rhythm: ada, tenant: 'other' });
    expect(own).toMatchObject({ templateKind: 'own' });
    expect(other).toMatchObject({ templateKind: 'none', reason: 'enrolling' });
  });
});

describe('an activation', () => {
  it('takes effect for the next record, and the verdict names the version', async () => {
    await judge({ subject, sequence: 0, rhythm: ada });
    await judge({ subject, sequence: 1, rhythm: ada });
    expect(await activate(templateOf({ rhythm: ada, subject }), version('1'))).toEqual({ kind: 'emit', records: [] });
    expect(await judge({ subject, sequence: 2, rhythm: ada })).toMatchObject({
      decision: 'genuine',
      templateKind: 'own',
      templateVersion: version('1'),
    });
    const takenOver = subjectOf('6');
    expect(await judge({ subject, sequence: 3, rhythm: bob, session: takenOver })).toMatchObject({
      reason: 'insufficient-evidence',
    });
    expect(await judgeMany({ subject, sequence: 4, rhythm: bob, session: takenOver }, 6)).toMatchObject({
      decision: 'impostor',
    });
  });

  it('of another version replaces the first, and the evidence under the first is dropped', async () => {
    await activate(templateOf({ rhythm: bob, subject }), version('1'));
    expect(await judgeMany({ subject, sequence: 0, rhythm: ada }, 8)).toMatchObject({ decision: 'impostor' });
    await activate(templateOf({ rhythm: ada, subject }), version('2'));
    expect(await judge({ subject, sequence: 8, rhythm: ada })).toMatchObject({
      decision: 'genuine',
      templateVersion: version('2'),
    });
  });

  const mine = templateOf({ rhythm: ada, subject });
  it.each([
    ['of a template that is not there', undefined, 'template-absent'],
    ['of a corrupt template', 'corrupt', 'template-version-mismatch'],
    ["of another subject's template", { ...mine, subject: stranger }, 'template-foreign'],
    ["of another tenant's template", { ...mine, tenant: 'other' }, 'template-foreign'],
    ["of a cohort template as a subject's own", { ...mine, subject: '', kind: 'cohort' }, 'template-foreign'],
  ] as const)('%s is set aside, counted, and the champion stays', async (_, bad, reason) => {
    await activate(mine, version('1'));
    await judge({ subject, sequence: 0, rhythm: ada });
    if (bad !== undefined) held.set(version('2'), typeof bad === 'string' ? bad : { ...bad, version: version('2') });
    const before = stateBytes();
    const outcome = await step(activationRecord({ subject, version: version('2') }));
    expect(outcome).toMatchObject({ kind: 'dead-letter', reason });
    expect(stateBytes()).toEqual(before);
    expect(await judge({ subject, sequence: 1, rhythm: ada })).toMatchObject({
      decision: 'genuine',
      templateVersion: version('1'),
    });
    const outcomeLabel = reason.slice('template-'.length);
    expect(await exposition()).toContain(`gaitkeeper_template_activations_total{outcome="${outcomeLabel}"} 1`);
  });

  it("of the cohort as a subject's own template, or the other way round, is not even a valid record", () => {
    expect(() => activationRecord({ subject: '0'.repeat(32), version: version('1') })).toThrow(RangeError);
  });
});

describe('a cohort template', () => {
  const cohort = templateOf({ rhythm: ada, subject: '' });

  it('stands in for those without one of their own, and never carries high risk', async () => {
    await activate(cohort, version('c'));
    const verdict = await judgeMany({ subject, sequence: 0, rhythm: bob }, 8);
    expect(verdict).toMatchObject({ decision: 'suspicious', templateKind: 'cohort', templateVersion: version('c') });
    expect(verdict.risk).toBeLessThan(73);
  });

  it('of one tenant judges nobody of another', async () => {
    await activate(cohort, version('c'));
    expect(await judge({ subject, sequence: 0, rhythm: ada, tenant: 'other' })).toMatchObject({ templateKind: 'none' });
  });

  it('that cannot be loaded leaves the subject enrolling, by no template', async () => {
    await activate(cohort, version('c'));
    held.delete(version('c'));
    for (let sequence = 0; sequence < 3; sequence++) {
      const verdict = await judge({ subject, sequence, rhythm: ada });
      expect(verdict).toMatchObject({ decision: 'undecided', reason: 'enrolling', templateKind: 'none' });
    }
  });

  it('is the one of its own time for a record that is stepped again after a later activation', async () => {
    held.set(version('c'), { ...cohort, version: version('c') });
    held.set(version('e'), { ...cohort, seed: 2, version: version('e') });
    await step(consumed(activationRecord({ subject: '', kind: 'cohort', version: version('c') }), 10));
    await step(consumed(activationRecord({ subject: '', kind: 'cohort', version: version('e') }), 20));
    const between = consumed(batchRecord(typedBatch({ subject, sequence: 0, rhythm: ada })), 15);
    const outcome = await step(between);
    const decoded = verdicts.decode(outcome.kind === 'emit' ? (outcome.records[0]?.value ?? null) : null);
    expect(decoded).toMatchObject({ ok: true, value: { templateVersion: version('c') } });
  });
});

describe('an active template that is lost', () => {
  it('makes every verdict undecided, template-unavailable: never genuine, and the cohort does not stand in', async () => {
    await activate(templateOf({ rhythm: ada, subject: '' }), version('c'));
    await activate(templateOf({ rhythm: ada, subject }), version('1'));
    held.delete(version('1'));
    for (let sequence = 0; sequence < 5; sequence++) {
      const verdict = await judge({ subject, sequence, rhythm: sequence < 3 ? ada : bob });
      expect(verdict).toMatchObject({ decision: 'undecided', reason: 'template-unavailable', templateKind: 'none' });
    }
    expect(await exposition()).toContain('gaitkeeper_template_loads_total{outcome="absent"} 5');
    expect(lines.filter((line) => line.includes('template cannot be used'))).toHaveLength(1);
  });

  it('judges again as soon as it is back', async () => {
    await activate(templateOf({ rhythm: ada, subject }), version('1'));
    const template = held.get(version('1'));
    held.set(version('1'), 'corrupt');
    await judge({ subject, sequence: 0, rhythm: ada });
    if (template !== undefined) held.set(version('1'), template);
    expect(await judge({ subject, sequence: 1, rhythm: ada })).toMatchObject({ decision: 'genuine' });
  });
});

describe('a template store that does not answer', () => {
  const away: StepOutcome = { kind: 'unavailable', dependency: 'template-store' };

  it('makes batches and activations wait, and leaves no trace', async () => {
    await activate(templateOf({ rhythm: ada, subject }), version('1'));
    held.set(version('1'), 'away');
    const before = stateBytes();
    expect(await step(batchRecord(typedBatch({ subject, sequence: 0, rhythm: ada })))).toEqual(away);
    expect(await step(activationRecord({ subject, version: version('1') }))).toEqual(away);
    expect(stateBytes()).toEqual(before);
    expect(await exposition()).not.toContain('gaitkeeper_verdicts_total{');
  });
});

describe('a control', () => {
  it('erase forgets everything but which batches were judged', async () => {
    await activate(templateOf({ rhythm: ada, subject }), version('1'));
    await judge({ subject, sequence: 0, rhythm: ada });
    await step(controlRecord(subject, 'erase'));
    expect(await judge({ subject, sequence: 0, rhythm: ada })).toMatchObject({ reason: 'duplicate' });
    expect(await judge({ subject, sequence: 1, rhythm: ada })).toMatchObject({
      reason: 'enrolling',
      templateKind: 'none',
      modalities: [],
    });
  });

  it('object ends modelling: no template, no vectors, no further activation; a machine is still a machine', async () => {
    await activate(templateOf({ rhythm: ada, subject }), version('1'));
    await step(controlRecord(subject, 'object'));
    for (let sequence = 0; sequence < 4; sequence++) {
      const verdict = await judge({ subject, sequence, rhythm: bob });
      expect(verdict).toMatchObject({ decision: 'undecided', templateKind: 'none', modalities: [], risk: 0 });
    }
    const before = stateBytes();
    expect(await activate(templateOf({ rhythm: bob, subject }), version('2'))).toEqual({ kind: 'emit', records: [] });
    expect(stateBytes()).toEqual(before);
    expect(await exposition()).toContain('gaitkeeper_template_activations_total{outcome="objected"} 1');
    expect(await judge({ subject, sequence: 9, rhythm: injector, session: subjectOf('6') })).toMatchObject({
      decision: 'machine',
    });
  });

  it.each(['erase', 'reset'] as const)('%s does not undo an objection', async (action) => {
    await step(controlRecord(subject, 'object'));
    await step(controlRecord(subject, action));
    await activate(templateOf({ rhythm: ada, subject }), version('1'));
    for (let sequence = 0; sequence < 3; sequence++) {
      expect(await judge({ subject, sequence, rhythm: ada })).toMatchObject({ templateKind: 'none', modalities: [] });
    }
  });

  it('accommodate keeps a changed hand below high risk', async () => {
    await activate(templateOf({ rhythm: ada, subject }), version('1'));
    await step(controlRecord(subject, 'accommodate'));
    for (let sequence = 0; sequence < 10; sequence++) {
      const verdict = await judge({ subject, sequence, rhythm: bob });
      expect(verdict.decision).not.toBe('impostor');
      expect(verdict.risk).toBeLessThan(73);
    }
  });

  it('reset clears the evidence of the session and keeps the template and the accommodation', async () => {
    await activate(templateOf({ rhythm: ada, subject }), version('1'));
    expect(await judgeMany({ subject, sequence: 0, rhythm: bob }, 3)).not.toMatchObject({ risk: 0 });
    await step(controlRecord(subject, 'reset'));
    const verdict = await judge({ subject, sequence: 3, rhythm: ada });
    expect(verdict).toMatchObject({ reason: 'insufficient-evidence', risk: 0, templateVersion: version('1') });
    await step(controlRecord(subject, 'accommodate'));
    await step(controlRecord(subject, 'reset'));
    for (let sequence = 4; sequence < 14; sequence++) {
      expect((await judge({ subject, sequence, rhythm: bob })).decision).not.toBe('impostor');
    }
  });

  it('says nothing on the verdict topic and is counted', async () => {
    expect(await step(controlRecord(subject, 'reset'))).toEqual({ kind: 'emit', records: [] });
    expect(await exposition()).toContain('gaitkeeper_subject_controls_total{action="reset"} 1');
  });

  it('of one tenant does not touch the subject of another', async () => {
    await activate(templateOf({ rhythm: ada, subject }), version('1'));
    await step(controlRecord(subject, 'erase', 'other'));
    expect(await judge({ subject, sequence: 0, rhythm: ada })).toMatchObject({ templateKind: 'own' });
  });
});

describe("an analyst's ruling", () => {
  const incidentId = 'd'.repeat(32);
  const said = (ruling: Ruling['ruling'], about = incidentId) =>
    rulingRecord({ tenant: 'default', subject, incidentId: about, ruling, ruledAtMs: 1_700_000_000_000, by: 'soc' });

  it('is told by the next verdict, whatever that says, and by no later one', async () => {
    expect(await step(said('confirmed'))).toEqual({ kind: 'emit', records: [] });
    await step(said('unsure', 'e'.repeat(32)));
    expect((await judge({ subject, sequence: 0, rhythm: ada })).rulings).toEqual([
      { incidentId, ruling: 'confirmed' },
      { incidentId: 'e'.repeat(32), ruling: 'unsure' },
    ]);
    expect((await judge({ subject, sequence: 1, rhythm: ada })).rulings).toEqual([]);
    expect(await exposition()).toContain('gaitkeeper_analyst_rulings_total{ruling="confirmed"} 1');
  });

  it('of a later mind takes the place of the earlier one', async () => {
    await step(said('confirmed'));
    await step(said('false-positive'));
    expect((await judge({ subject, sequence: 0, rhythm: ada })).rulings).toEqual([
      { incidentId, ruling: 'false-positive' },
    ]);
  });

  it.each([
    ['false-positive', true],
    ['benign-known', true],
    ['confirmed', false],
    ['unsure', false],
  ] as const)('%s takes what has gathered off the account: %s', async (ruling, clears) => {
    await activate(templateOf({ rhythm: ada, subject }), version('1'));
    const sessionOf = (verdict: Verdict) => verdict.evidence.find(({ clock }) => clock === 'session')?.value ?? 0;
    const before = sessionOf(await judgeMany({ subject, sequence: 0, rhythm: bob }, 3));
    expect(before).toBeGreaterThan(0);
    await step(said(ruling));
    const after = await judge({ subject, sequence: 3, rhythm: bob });
    if (clears) expect(sessionOf(after)).toBe(0);
    else expect(sessionOf(after)).toBeGreaterThanOrEqual(before);
    expect(after.templateVersion).toBe(version('1'));
  });

  it('outlives controls and activations, and is forgotten with the person', async () => {
    await step(said('confirmed'));
    await step(controlRecord(subject, 'reset'));
    await activate(templateOf({ rhythm: ada, subject }), version('1'));
    expect((await judge({ subject, sequence: 0, rhythm: ada })).rulings).toHaveLength(1);
    await step(said('confirmed'));
    await step(controlRecord(subject, 'erase'));
    expect((await judge({ subject, sequence: 1, rhythm: ada })).rulings).toEqual([]);
  });

  it('beyond what a verdict can tell is set aside, and what waits stays', async () => {
    for (let digit = 0; digit < 8; digit++) await step(said('unsure', `${digit}`.repeat(32)));
    expect(await step(said('confirmed', '8'.repeat(32)))).toMatchObject({
      kind: 'dead-letter',
      reason: 'too-many-rulings',
    });
    expect(await step(said('confirmed', '3'.repeat(32)))).toEqual({ kind: 'emit', records: [] });
    expect((await judge({ subject, sequence: 0, rhythm: ada })).rulings).toHaveLength(8);
  });
});

describe('logs and labels', () => {
  it('never name the subject', async () => {
    await activate(templateOf({ rhythm: ada, subject }), version('1'));
    await step(activationRecord({ subject, version: version('9') }));
    held.delete(version('1'));
    await judge({ subject, sequence: 0, rhythm: ada });
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.join('')).not.toContain(subject);
    expect(await exposition()).not.toContain(subject);
  });
});
