import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Decision, rulingWords, type Verdict } from '../../detection/words/verdict.ts';
import {
  closingReasons,
  type IncidentRevision,
  incidentRulings,
  incidentStates,
  severities,
} from '../../schemas/incident.ts';
import { createIncidentTopicCodec } from '../../schemas/incident-topic.ts';
import { advancedIncidents } from '../../test/fixtures/advanced-incidents.ts';
import { contributionOf, judgementOf, verdictAt } from '../../test/fixtures/verdict-fixture.ts';
import { advanceIncidents } from './advance-incidents.ts';
import { decodeIncidents, encodeIncidents } from './incident-bytes.ts';
import { maxIncidents, updateIntervalMs } from './incident-rules.ts';
import { patternOf } from './pattern-of.ts';
import { noIncidents, type SubjectIncidents } from './subject-incidents.ts';

const codec = createIncidentTopicCodec();

/** What happens next to the subject; rulings point at an incident told before, or at none. */
interface Happening {
  decision: Decision;
  risk: number;
  device: number;
  session: number;
  feature: string;
  afterMs: number;
  times: number;
  ruling: { word: (typeof rulingWords)[number]; of: number } | null;
}

const high = fc.record({
  decision: fc.constantFrom<Decision>('impostor', 'machine', 'suspicious'),
  risk: fc.double({ min: 73, max: 100, noNaN: true }),
});
const calm = fc.record({ decision: fc.constant<Decision>('genuine'), risk: fc.integer({ min: 0, max: 46 }) });
const other = fc.record({
  decision: fc.constantFrom<Decision>('genuine', 'suspicious', 'impostor', 'machine', 'undecided'),
  risk: fc.double({ min: 0, max: 100, noNaN: true }),
});
const happening: fc.Arbitrary<Happening> = fc
  .record({
    said: fc.oneof(high, calm, other),
    // Few devices, so that things happen to each.
    device: fc.nat(2),
    session: fc.nat(2),
    feature: fc.constantFrom('hold', 'flight', 'curvature'),
    // Batches may also have been received before the one that stands before them.
    afterMs: fc.constantFrom(-2_000, 1_000, 30_000, 5 * 60_000, 11 * 60_000, 61 * 60_000, 5 * 3_600_000),
    times: fc.integer({ min: 1, max: 9 }),
    ruling: fc.option(fc.record({ word: fc.constantFrom(...rulingWords), of: fc.nat(5) }), { freq: 4 }),
  })
  .map(({ said, ...rest }) => ({ ...said, ...rest }));
/** More devices at once than incidents may be kept. */
const flood = fc.array(
  fc.tuple(happening, high, fc.nat(2 * maxIncidents)).map(([each, said, device]) => {
    return { ...each, ...said, device, afterMs: 1_000, times: 1 };
  }),
  { minLength: maxIncidents, maxLength: 2 * maxIncidents },
);
const history = fc.oneof(
  { weight: 3, arbitrary: fc.array(happening, { maxLength: 40 }) },
  { weight: 1, arbitrary: fc.tuple(flood, fc.array(happening, { maxLength: 10 })).map((both) => both.flat()) },
);

interface Course {
  verdicts: Verdict[];
  revisions: IncidentRevision[];
  /** Before the first verdict, and after each. */
  states: SubjectIncidents[];
}

/** The verdicts of a history, each with rulings on what was told by then. */
function courseOf(happenings: readonly Happening[]): Course {
  const course: Course = { verdicts: [], revisions: [], states: [noIncidents] };
  let receivedAtMs = 1_700_000_000_000;
  for (const { decision, risk, device, session, feature, afterMs, times, ruling } of happenings) {
    receivedAtMs += afterMs;
    for (let time = 0; time < times; time++) {
      const known = [...new Set(course.revisions.map(({ incidentId }) => incidentId)), '7'.repeat(32)];
      const incidentId = known.at(-1 - ((ruling?.of ?? 0) % known.length)) ?? '';
      receivedAtMs += 1_000;
      const verdict = verdictAt(course.verdicts.length, decision, risk, {
        device: device.toString(16).padStart(32, '0'),
        session: `${session}`.repeat(32),
        receivedAtMs,
        modalities: [judgementOf('keystrokes', [contributionOf(feature, { observed: afterMs < 0 ? -0 : afterMs })])],
        rulings: ruling === null || time > 0 ? [] : [{ incidentId, ruling: ruling.word }],
      });
      const { state, revisions } = advanceIncidents(course.states.at(-1) ?? noIncidents, verdict);
      course.verdicts.push(verdict);
      course.states.push(state);
      course.revisions.push(...revisions);
    }
  }
  return course;
}

function byIncident(revisions: readonly IncidentRevision[]): IncidentRevision[][] {
  const found = new Map<string, IncidentRevision[]>();
  for (const each of revisions) found.set(each.incidentId, [...(found.get(each.incidentId) ?? []), each]);
  return [...found.values()];
}

const rank = ({ severity }: IncidentRevision) => severities.indexOf(severity);

describe('whatever happens to a subject', () => {
  it('the histories that are drawn here lead to every state, every end and every return', () => {
    const drawn = fc.sample(history, { seed: 1, numRuns: 200 }).flatMap((each) => courseOf(each).revisions);
    expect(new Set(drawn.map(({ state }) => state))).toEqual(new Set(incidentStates));
    expect(new Set(drawn.map(({ closedBecause }) => closedBecause))).toEqual(new Set(closingReasons));
    expect(new Set(drawn.map(({ ruling }) => ruling))).toEqual(new Set(incidentRulings));
    expect(Math.max(...drawn.map(({ reopenings }) => reopenings))).toBeGreaterThan(0);
  });

  it('an incident opens first, closes when open, opens again only after calm, and counts its revisions', () => {
    fc.assert(
      fc.property(history, (happenings) => {
        for (const revisions of byIncident(courseOf(happenings).revisions)) {
          expect(revisions.map(({ revision }) => revision)).toEqual(revisions.map((_, index) => index + 1));
          expect(revisions[0]).toMatchObject({ state: 'open', reopenings: 0 });
          for (const [index, now] of revisions.entries()) {
            const before = revisions[index - 1];
            if (before === undefined) continue;
            if (now.state === 'open') expect(before).toMatchObject({ closedBecause: 'calm' });
            else if (now.state !== 'closed') expect(before.state).not.toBe('closed');
            expect(now.reopenings).toBe(before.reopenings + (now.state === 'open' ? 1 : 0));
            expect(now.startedAtMs).toBe(before.startedAtMs);
            // What an analyst says of a closed one is all that is told of it.
            if (now.state === 'closed' && before.state === 'closed') expect(now.ruling).not.toBe(before.ruling);
          }
        }
      }),
    );
  });

  it('severity does not fall between an opening and its closing, and rises only by escalating', () => {
    fc.assert(
      fc.property(history, (happenings) => {
        for (const revisions of byIncident(courseOf(happenings).revisions)) {
          for (const [index, now] of revisions.entries()) {
            const before = revisions[index - 1];
            if (before === undefined || now.state === 'open') continue;
            expect(Math.sign(rank(now) - rank(before))).toBe(now.state === 'escalated' ? 1 : 0);
          }
        }
      }),
    );
  });

  it('a device has at most one open incident of a pattern, and a subject no more than may be kept', () => {
    fc.assert(
      fc.property(history, (happenings) => {
        const { revisions, states } = courseOf(happenings);
        for (const { incidents } of states) {
          expect(incidents.length).toBeLessThanOrEqual(maxIncidents);
          const open = incidents.filter(({ closedBecause }) => closedBecause === 'none');
          expect(new Set(open.map(({ device, pattern }) => `${device}${pattern}`)).size).toBe(open.length);
        }
        const told = new Map<string, string>();
        for (const { device, pattern, incidentId, state } of revisions) {
          const place = `${device}${pattern}`;
          if (state === 'open') expect(told.get(place)).toBeUndefined();
          if (state === 'open') told.set(place, incidentId);
          else if (state === 'closed' && told.get(place) === incidentId) told.delete(place);
        }
      }),
    );
  });

  it('every high-risk verdict is in exactly one open incident, and counted', () => {
    fc.assert(
      fc.property(history, (happenings) => {
        const { verdicts, states } = courseOf(happenings);
        for (const [index, verdict] of verdicts.entries()) {
          const pattern = patternOf(verdict);
          if (pattern === undefined) continue;
          const isOwn = (each: SubjectIncidents['incidents'][number]) =>
            each.device === verdict.device && each.pattern === pattern && each.closedBecause === 'none';
          const [incident, ...others] = states[index + 1]?.incidents.filter(isOwn) ?? [];
          expect(others).toEqual([]);
          const before = states[index]?.incidents.find(
            (each) => isOwn(each) && each.incidentId === incident?.incidentId,
          );
          expect(incident?.highVerdicts).toBe((before?.highVerdicts ?? 0) + 1);
          expect(incident?.lastHighAtMs).toBeGreaterThanOrEqual(verdict.receivedAtMs);
        }
      }),
    );
  });

  it('between two updates that no analyst asked for lie ten minutes', () => {
    fc.assert(
      fc.property(history, (happenings) => {
        for (const revisions of byIncident(courseOf(happenings).revisions)) {
          const updates = revisions.filter(({ state, ruling }, index) => {
            return state === 'updated' && ruling === revisions[index - 1]?.ruling;
          });
          for (const [index, { atMs }] of updates.entries()) {
            const before = updates[index - 1];
            if (before !== undefined) expect(atMs - before.atMs).toBeGreaterThanOrEqual(updateIntervalMs);
          }
        }
      }),
    );
  });

  it('verdicts that a scorer repeats after its death are told once', () => {
    const rewinds = fc.array(fc.record({ at: fc.nat(200), back: fc.integer({ min: 1, max: 30 }) }), { maxLength: 6 });
    fc.assert(
      fc.property(history, rewinds, (happenings, given) => {
        const { verdicts, revisions, states } = courseOf(happenings);
        const repeated = verdicts.flatMap((verdict, index) => [
          verdict,
          ...given.flatMap(({ at, back }) =>
            at === index ? verdicts.slice(Math.max(0, index + 1 - back), index + 1) : [],
          ),
        ]);
        const again = advancedIncidents(repeated);
        expect(again.revisions).toEqual(revisions);
        expect(encodeIncidents(again.state)).toEqual(encodeIncidents(states.at(-1) ?? noIncidents));
      }),
    );
  });

  it('restarts between any two verdicts change nothing, to the byte, and what is told can be written', () => {
    fc.assert(
      fc.property(history, (happenings) => {
        const { verdicts, revisions, states } = courseOf(happenings);
        const restarted = advancedIncidents(verdicts, (state) => decodeIncidents(encodeIncidents(state)));
        expect(encodeIncidents(restarted.state)).toEqual(encodeIncidents(states.at(-1) ?? noIncidents));
        const bytesOf = (all: readonly IncidentRevision[]) =>
          all.map((value) => codec.encode({ kind: 'incident', value }).toString('hex'));
        expect(bytesOf(restarted.revisions)).toEqual(bytesOf(revisions));
        for (const value of revisions) {
          expect(codec.decode(codec.encode({ kind: 'incident', value }))).toEqual({
            ok: true,
            value: { kind: 'incident', value },
          });
        }
      }),
    );
  });
});
