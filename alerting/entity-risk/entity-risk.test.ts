import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { IncidentRevision } from '../../schemas/incident.ts';
import { anyRevision, revisionOf } from '../../test/fixtures/incident-fixture.ts';
import { type EntityRisk, halfLifeHours, maxContributions, noRisk, riskOf, withRevision } from './entity-risk.ts';
import { entityRiskLine } from './entity-risk-document.ts';

const hourMs = 3_600_000;
const { atMs } = revisionOf();
const idOf = (number: number) => number.toString(16).padStart(32, '0');

function at(hours: number, given: Partial<IncidentRevision> = {}): IncidentRevision {
  const when = atMs + hours * hourMs;
  return revisionOf({ atMs: when, lastHighAtMs: when, highestRisk: 80, ...given });
}
const riskAfter = (...revisions: IncidentRevision[]): EntityRisk => revisions.reduce(withRevision, noRisk);
const scoreOf = (risk: EntityRisk) => riskOf(risk).score;

describe('the risk of a subject', () => {
  it('is that of its one incident, and half of it a half-life later', () => {
    const risk = riskAfter(at(0));
    expect(scoreOf(risk)).toBeCloseTo(80, 10);
    expect(scoreOf({ ...risk, asOfMs: atMs + halfLifeHours * hourMs })).toBeCloseTo(40, 10);
  });

  it('of two incidents is that at least one of them is what it looks like', () => {
    const risk = riskAfter(at(0), at(halfLifeHours, { incidentId: idOf(9), highestRisk: 50 }));
    expect(scoreOf(risk)).toBeCloseTo(100 * (1 - 0.5 * 0.6), 10);
    expect(riskOf(risk).contributions.map(({ weight }) => weight)).toEqual([1, 0.5]);
  });

  it.each(['false-positive', 'benign-known'] as const)('counts nothing for what an analyst calls %s', (ruling) => {
    expect(scoreOf(riskAfter(at(0), at(1, { ruling })))).toBe(0);
    expect(riskAfter(at(0, { ruling }))).toBe(noRisk);
  });

  it('keeps what was confirmed, and changes nothing where a revision says nothing new of it', () => {
    const risk = riskAfter(at(0));
    const calm = at(1, { ruling: 'confirmed', lastHighAtMs: atMs, state: 'closed', closedBecause: 'calm' });
    expect(withRevision(risk, calm)).toBe(risk);
  });

  it('stays within 0..100 and its bound, never goes back in time, and is not lowered by another incident', () => {
    fc.assert(
      fc.property(fc.array(anyRevision, { maxLength: 40 }), (revisions) => {
        let risk = noRisk;
        for (const revision of revisions) {
          const next = withRevision(risk, revision);
          expect(next.asOfMs).toBeGreaterThanOrEqual(risk.asOfMs);
          expect(next.contributions.length).toBeLessThanOrEqual(maxContributions);
          const { score, contributions } = riskOf(next);
          expect(score >= 0 && score <= 100).toBe(true);
          for (const { weight } of contributions) expect(weight > 0 && weight <= 1).toBe(true);
          risk = next;
        }
      }),
    );
  });

  it('forgets the oldest of too many', () => {
    const risk = riskAfter(
      ...Array.from({ length: maxContributions + 4 }, (_, index) => at(index, { incidentId: idOf(index) })),
    );
    expect(risk.contributions).toHaveLength(maxContributions);
    expect(risk.contributions.at(-1)?.incidentId).toBe(idOf(4));
  });
});

describe('what is told of it', () => {
  it('is one line with the level in the words of the Elastic Common Schema', () => {
    const line = entityRiskLine('acme', 'a'.repeat(32), riskAfter(at(0, { highestRisk: 91.23456 })));
    expect(line.includes('\n')).toBe(false);
    expect(JSON.parse(line.toString())).toEqual({
      ...{ tenant: 'acme', subject: 'a'.repeat(32), score: 91.235, level: 'Critical', asOfMs: atMs, halfLifeHours: 24 },
      contributions: [
        {
          ...{ incidentId: revisionOf().incidentId, pattern: 'behaviour-mismatch', risk: 91.235, weight: 1 },
          lastHighAtMs: atMs,
        },
      ],
    });
  });

  it.each([
    [0, 'Unknown'],
    [20, 'Low'],
    [40, 'Moderate'],
    [70, 'High'],
    [90, 'Critical'],
  ])('calls %d %s', (score, level) => {
    const risk: EntityRisk = riskAfter(at(0, { highestRisk: score }));
    expect(JSON.parse(entityRiskLine('acme', 'b', risk).toString())).toMatchObject({ level });
  });
});
