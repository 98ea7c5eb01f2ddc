import { describe, expect, it } from '@jest/globals';
import { rulingWords } from '../detection/words/verdict.ts';
import { type BehaviourRecord, createBehaviourTopicCodec } from './behaviour-topic.ts';
import { cohortSubject } from './bounds.ts';
import { controlActions, createSubjectControlCodec } from './subject-control.ts';
import { activatedKinds, createTemplateActivationCodec, type TemplateActivation } from './template-activation.ts';
import { createVerdictCodec } from './verdict.ts';

const activation: TemplateActivation = {
  tenant: 'acme',
  subject: 'a1'.repeat(16),
  version: 'cd'.repeat(32),
  kind: 'own',
  signature: Buffer.from('signed'),
  activatedAtMs: 1_700_000_000_000,
  by: 'trainer',
};
const control = {
  tenant: 'acme',
  subject: 'a1'.repeat(16),
  action: 'erase',
  requestedAtMs: 1,
  by: 'privacy-office',
} as const;

const records: BehaviourRecord[] = [
  {
    kind: 'batch',
    value: {
      tenant: 'acme',
      subject: 'a1'.repeat(16),
      device: 'b2'.repeat(16),
      session: 'c3'.repeat(16),
      sequence: 0,
      deviceClockMs: 0,
      durationMs: 0,
      receivedAtMs: 0,
      handling: 'full',
      collector: { name: '', version: '', timerResolutionMs: 0 },
      context: { inputRoute: 'virtual', network: null, domain: null, host: null },
      keystrokes: [],
      pointer: [],
      activity: [],
    },
  },
  ...activatedKinds.map((kind): BehaviourRecord => {
    const subject = kind === 'cohort' ? cohortSubject : activation.subject;
    return { kind: 'activation', value: { ...activation, kind, subject } };
  }),
  ...controlActions.map((action): BehaviourRecord => ({ kind: 'control', value: { ...control, action } })),
  ...rulingWords.map((ruling): BehaviourRecord => {
    const about = { tenant: 'acme', subject: 'a1'.repeat(16), incidentId: 'd4'.repeat(16) };
    return { kind: 'ruling', value: { ...about, ruling, ruledAtMs: 1, by: 'soc' } };
  }),
];

describe('the behaviour topic', () => {
  const topic = createBehaviourTopicCodec();

  it.each(records)('tells a record by its schema: $kind', (record) => {
    expect(topic.decode(topic.encode(record))).toEqual({ ok: true, value: record });
  });

  it('reads Confluent framing under the ids of registry.json, or of the installation', () => {
    const bytes = createSubjectControlCodec().encodeConfluent(control, 3);
    expect(topic.decode(bytes)).toEqual({ ok: true, value: { kind: 'control', value: control } });
    const own = createBehaviourTopicCodec({ 'subject-control': { v1: 100_042 } });
    expect(own.decode(bytes)).toMatchObject({ ok: false, reason: 'unknown-schema' });
    const renumbered = createSubjectControlCodec().encodeConfluent(control, 100_042);
    expect(own.decode(renumbered)).toMatchObject({ ok: true });
  });

  it('refuses what belongs to another topic, and a tombstone', () => {
    const deadLetterId = createVerdictCodec();
    const foreign = createTemplateActivationCodec().encodeConfluent(activation, 4);
    expect(deadLetterId.decode(foreign)).toMatchObject({ ok: false });
    expect(topic.decode(foreign)).toMatchObject({
      ok: false,
      reason: 'unknown-schema',
      detail: expect.stringMatching('schema id 4'),
    });
    expect(topic.decode(null)).toMatchObject({ ok: false, reason: 'empty' });
  });

  it("keeps the cohort's template and a subject's apart", () => {
    const codec = createTemplateActivationCodec();
    expect(() => codec.encode({ ...activation, subject: cohortSubject })).toThrow(
      'kind is own: cohort goes with the all-zero subject',
    );
    expect(() => codec.encode({ ...activation, kind: 'cohort' })).toThrow('kind is cohort');
    expect(() => codec.encode({ ...activation, version: 'v7' })).toThrow('version is not 64');
    expect(() => createSubjectControlCodec().encode({ ...control, subject: cohortSubject })).toThrow('reserved');
  });
});
