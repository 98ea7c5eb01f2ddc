import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type IncidentRevision, incidentPatterns, severities } from '../../schemas/incident.ts';
import { revisionOf } from '../../test/fixtures/incident-fixture.ts';
import { hourMs } from './hourly-cap.ts';
import {
  type PublishingRules,
  type PublishingState,
  type PublishingStep,
  publishRevision,
  rememberedIncidents,
} from './publish-revision.ts';
import { decodePublishing, encodePublishing, publishingKeyOf } from './publishing-bytes.ts';

const open: PublishingRules = { isSuppressed: false, limit: 2 };
const suppressed: PublishingRules = { isSuppressed: true, limit: 2 };
const { atMs } = revisionOf();
const idOf = (number: number) => number.toString(16).padStart(32, '0');
const of = (number: number, given: Partial<IncidentRevision> = {}) =>
  revisionOf({ incidentId: idOf(number), ...given });
const closed = { state: 'closed', closedBecause: 'calm' } as const;

function fresh(): PublishingState {
  const state = decodePublishing(undefined, publishingKeyOf('default'));
  if (state.kind !== 'publishing') throw new TypeError('another kind of state');
  return state.publishing;
}

/** Publishes one after the other, as a partition would; also through the stored bytes each time. */
function published(revisions: readonly (readonly [IncidentRevision, PublishingRules])[]): PublishingStep[] {
  const steps: PublishingStep[] = [];
  let state = fresh();
  for (const [incident, rules] of revisions) {
    const step = publishRevision(state, incident, rules);
    steps.push(step);
    const bytes = encodePublishing({ kind: 'publishing', publishing: step.state });
    const read = decodePublishing(bytes, publishingKeyOf(incident.tenant));
    if (read.kind === 'publishing') state = read.publishing;
  }
  return steps;
}
const words = (steps: readonly PublishingStep[]) =>
  steps.map(({ publication }) =>
    publication.kind === 'told' ? (publication.asks ? 'asks' : 'tells') : publication.kind,
  );

describe('publishing an incident', () => {
  it('asks at its opening and at each rise of its severity, and tells the rest', () => {
    const steps = published([
      [of(1), open],
      [of(1, { state: 'updated' }), open],
      [of(1, { state: 'escalated', severity: 'critical' }), open],
      [of(1, closed), open],
    ]);
    expect(words(steps)).toEqual(['asks', 'tells', 'asks', 'tells']);
    expect(steps.at(-1)?.state.incidents.size).toBe(0);
  });

  it('that a rule keeps back says nothing, and asks as soon as it is told after all', () => {
    const steps = published([
      [of(1), suppressed],
      [of(1, { state: 'updated' }), suppressed],
      [of(1, { state: 'updated' }), open],
      [of(1, closed), open],
    ]);
    expect(words(steps)).toEqual(['suppressed', 'suppressed', 'asks', 'tells']);
  });

  it('that was told and then kept back is told to be over', () => {
    const steps = published([
      [of(1), open],
      [of(1, { state: 'escalated', severity: 'critical' }), suppressed],
      [of(1, closed), suppressed],
    ]);
    expect(words(steps)).toEqual(['asks', 'suppressed', 'tells']);
  });
});

describe('more incidents than may be told in an hour', () => {
  it('are held back with all that follows, critical ones apart, and counted when the hour is over', () => {
    const steps = published([
      [of(1), open],
      [of(2), open],
      [of(3), open],
      [of(3, { state: 'updated', atMs: atMs + 1 }), open],
      [of(4, { severity: 'critical', pattern: 'input-injection' }), open],
      [of(5, { state: 'updated' }), open],
      [of(6, { atMs: atMs + hourMs }), open],
    ]);
    expect(words(steps)).toEqual(['asks', 'asks', 'held-back', 'held-back', 'asks', 'held-back', 'asks']);
    expect(steps[2]?.hours).toMatchObject([{ heldBack: 1, bySeverity: { high: 1 }, atMs }]);
    const fromMs = Math.floor(atMs / hourMs) * hourMs;
    expect(steps[6]?.hours).toMatchObject([
      { fromMs, untilMs: fromMs + hourMs, heldBack: 3, byPattern: { 'behaviour-mismatch': 3 }, atMs: atMs + 1 },
    ]);
    expect(steps.filter(({ hours }) => hours.length > 0)).toHaveLength(2);
  });

  it('are told when they escalate in an hour that has room, and not before', () => {
    const steps = published([
      [of(1), open],
      [of(2), open],
      [of(3), open],
      [of(3, { state: 'updated', atMs: atMs + hourMs }), open],
      [of(3, { state: 'escalated', severity: 'critical', atMs: atMs + hourMs }), open],
      [of(3, { ...closed, atMs: atMs + hourMs }), open],
    ]);
    expect(words(steps)).toEqual(['asks', 'asks', 'held-back', 'held-back', 'asks', 'tells']);
  });

  it('do not turn the hour back when one comes late', () => {
    const [, late, again] = published([
      [of(1, { atMs: atMs + hourMs }), open],
      [of(2), open],
      [of(3, { atMs: atMs + hourMs }), open],
    ]);
    expect(late?.state.cap.hour).toBe(Math.floor((atMs + hourMs) / hourMs));
    expect(again?.publication.kind).toBe('held-back');
  });
});

describe('publishing, whatever comes', () => {
  const revision = fc.record({
    incidentId: fc.nat(12).map(idOf),
    state: fc.constantFrom('open', 'escalated', 'updated', 'closed'),
    severity: fc.constantFrom(...severities),
    pattern: fc.constantFrom(...incidentPatterns),
    atMs: fc.nat(4 * hourMs),
  });
  const rules = fc.record({ isSuppressed: fc.boolean(), limit: fc.constant(2) });

  it('never asks more often in an hour than it may, beyond the rises of what was told', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(revision, rules), { maxLength: 60 }), (given) => {
        const revisions = given.map(
          ([each, under]) =>
            [revisionOf({ ...each, closedBecause: each.state === 'closed' ? 'calm' : 'none' }), under] as const,
        );
        let before = fresh();
        const asked = new Map<string, number>();
        for (const [incident, under] of revisions) {
          const wasTold = before.incidents.get(incident.incidentId) === 'told';
          const { state, publication } = publishRevision(before, incident, under);
          if (publication.kind === 'told' && publication.asks && !wasTold) {
            const hour = `${state.cap.hour} ${incident.severity === 'critical'}`;
            asked.set(hour, (asked.get(hour) ?? 0) + 1);
          }
          expect(state.cap.hour).toBeGreaterThanOrEqual(before.cap.hour);
          before = state;
        }
        expect(Math.max(0, ...asked.values())).toBeLessThanOrEqual(2);
      }),
    );
  });

  it('remembers so many incidents and no more', () => {
    let state = fresh();
    for (let number = 0; number < rememberedIncidents + 10; number++) {
      state = publishRevision(state, of(number), { isSuppressed: false, limit: 10_000 }).state;
    }
    expect(state.incidents.size).toBe(rememberedIncidents);
    expect(state.incidents.has(idOf(9))).toBe(false);
    expect(state.incidents.has(idOf(10))).toBe(true);
  });

  it('refuses stored bytes of another version', () => {
    expect(() => decodePublishing(Buffer.from([9, 123, 125]), publishingKeyOf('default'))).toThrow('unknown tag 9');
  });
});
