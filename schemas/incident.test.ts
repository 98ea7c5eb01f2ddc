import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { anyRevision, revisionOf } from '../test/fixtures/incident-fixture.ts';
import { verdictAt } from '../test/fixtures/verdict-fixture.ts';
import { createIncidentCodec, incidentLimits, problemOfIncident } from './incident.ts';
import { createIncidentTopicCodec } from './incident-topic.ts';
import {
  createSuppressionCodec,
  problemOfSuppression,
  type SuppressionRule,
  suppressionLimits,
} from './suppression.ts';
import { createVerdictCodec } from './verdict.ts';

const rule: SuppressionRule = {
  ruleId: 'e'.repeat(32),
  action: 'add',
  tenant: 'acme',
  subject: 'a'.repeat(32),
  group: null,
  host: null,
  pattern: 'behaviour-mismatch',
  owner: 'lead of the SOC',
  reason: 'broken wrist until the new year',
  createdAtMs: 1_790_000_000_000,
  expiresAtMs: 1_790_600_000_000,
};

describe('a revision of an incident', () => {
  const codec = createIncidentCodec();

  it('comes back as it was, and the fullest one fits', () => {
    fc.assert(
      fc.property(anyRevision, (revision) => {
        expect(codec.decode(codec.encode(revision))).toEqual({ ok: true, value: revision });
      }),
    );
    const name = '\u{10ffff}'.repeat(incidentLimits.nameCharacters / 2);
    const contribution = { modality: 'keystrokes', observed: 1, typical: 1, direction: 'high', share: 1 } as const;
    const fullest = revisionOf({
      contributions: new Array(incidentLimits.contributions).fill({ ...contribution, feature: name, unit: name }),
      evidence: new Array(incidentLimits.evidence).fill({ clock: 'session', value: 1, threshold: 1 }),
    });
    expect(codec.decode(codec.encode(fullest)).ok).toBe(true);
  });

  it.each([
    ['closed without a reason', { state: 'closed', closedBecause: 'none' }, /closedBecause/],
    ['open with a reason to close', { state: 'open', closedBecause: 'calm' }, /closedBecause/],
    ['of nobody', { subject: 'a name' }, /subject is not 32/],
    ['number 0', { revision: 0 }, /revision is 0/],
    ['beyond all risk', { risk: 101 }, /risk is 101/],
    ['before time', { atMs: -1 }, /atMs is -1/],
    ['of a nameless host', { host: '' }, /host is not/],
  ] as const)('%s is refused by name', (_, change, problem) => {
    expect(problemOfIncident(revisionOf(change))).toMatch(problem);
  });
});

describe('a suppression rule', () => {
  it.each([
    ['without an owner', { owner: '' }, /owner is empty/],
    ['without a reason', { reason: '' }, /reason is empty/],
    ['for everything', { subject: null, pattern: null }, /scope is everything/],
    ['that never ends', { expiresAtMs: rule.createdAtMs + suppressionLimits.longestMs + 1 }, /expiresAtMs/],
    ['that ended before it began', { expiresAtMs: rule.createdAtMs - 1 }, /expiresAtMs/],
    ['for a person by name', { subject: 'Alex' }, /subject is not 32/],
    ['of a pattern that nobody knows', { pattern: 'anything' as 'input-injection' }, /pattern is none of/],
  ])('%s is refused by name', (_, change, problem) => {
    expect(problemOfSuppression({ ...rule, ...change })).toMatch(problem);
    expect(() => createSuppressionCodec().encode({ ...rule, ...change })).toThrow(RangeError);
  });
});

describe('the incident topic', () => {
  const topic = createIncidentTopicCodec();

  it('tells a record by its schema, and refuses what is neither', () => {
    for (const record of [
      { kind: 'incident', value: revisionOf() },
      { kind: 'suppression', value: rule },
    ] as const) {
      expect(topic.decode(topic.encode(record))).toEqual({ ok: true, value: record });
    }
    expect(topic.decode(createVerdictCodec().encode(verdictAt(1, 'genuine', 3)))).toMatchObject({
      ok: false,
      reason: 'unknown-schema',
    });
    expect(topic.decode(null)).toMatchObject({ ok: false, reason: 'empty' });
  });
});
