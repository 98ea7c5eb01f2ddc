import { describe, expect, it } from '@jest/globals';
import type { Decision, Verdict } from '../../detection/words/verdict.ts';
import { advancedIncidents, idsOfIncidents, saidOfIncidents } from '../../test/fixtures/advanced-incidents.ts';
import { contributionOf, judgementOf, verdictAt } from '../../test/fixtures/verdict-fixture.ts';
import { advanceIncidents } from './advance-incidents.ts';
import { calmVerdictsToClose, coolDownMs, keptClosedMs, longestSilenceMs, maxIncidents } from './incident-rules.ts';
import { noIncidents } from './subject-incidents.ts';

const laptop = 'b'.repeat(32);
const desktop = 'd'.repeat(32);
const minute = 60;
const hour = 60 * minute;

/** A verdict at a second; the offset says the second. */
const high = (second: number, given: Partial<Verdict> = {}) => verdictAt(second, 'impostor', 80, given);
const calm = (fromSecond: number, count = calmVerdictsToClose, given: Partial<Verdict> = {}): Verdict[] =>
  Array.from({ length: count }, (_, index) => verdictAt(fromSecond + index, 'genuine', 5, given));
const unsaid = (second: number, given: Partial<Verdict> = {}) => verdictAt(second, 'undecided', 0, given);

const revisionsOf = (verdicts: readonly Verdict[]) => advancedIncidents(verdicts).revisions;

describe('an incident opens', () => {
  it('at the first high-risk verdict, once, and says what that verdict found', () => {
    const opener = high(3, {
      host: 'e'.repeat(32),
      modalities: [
        judgementOf('pointer', [contributionOf('curvature')], { percentile: 40 }),
        judgementOf('keystrokes', [contributionOf('hold', { share: 0.2 }), contributionOf('flight', { share: 0.7 })]),
      ],
    });
    const [revision, ...others] = revisionsOf([...calm(0, 3), opener, high(4), high(5)]);
    expect(others).toEqual([]);
    const { verdictId, session, host, source, evidence, templateSamples, receivedAtMs } = opener;
    expect(revision).toMatchObject({ state: 'open', revision: 1, closedBecause: 'none', ruling: 'none' });
    expect(revision).toMatchObject({ pattern: 'behaviour-mismatch', severity: 'high', risk: 80, highestRisk: 80 });
    expect(revision).toMatchObject({ verdictId, openingVerdictId: verdictId, session, host, source, templateSamples });
    expect(revision).toMatchObject({ startedAtMs: receivedAtMs, atMs: receivedAtMs, evidence, highVerdicts: 1 });
    expect(revision?.contributions.map(({ feature }) => feature)).toEqual(['flight', 'hold', 'curvature']);
  });

  it.each<[Decision, number]>([
    ['impostor', 72.9],
    ['genuine', 99],
    ['undecided', 99],
  ])('not for %s at %d', (decision, risk) => {
    const { state, revisions } = advancedIncidents([verdictAt(0, decision, risk)]);
    expect(revisions).toEqual([]);
    expect(state).toBe(noIncidents);
  });

  it('apart for each device and each pattern', () => {
    const verdicts = [
      high(0),
      high(1, { device: desktop }),
      verdictAt(2, 'machine', 95),
      verdictAt(3, 'suspicious', 75),
    ];
    expect(saidOfIncidents(verdicts)).toEqual(['open', 'open', 'open', 'open']);
    expect(idsOfIncidents(verdicts).size).toBe(4);
    expect(revisionsOf(verdicts).map(({ device, pattern }) => `${device[0]} ${pattern}`)).toEqual([
      'b behaviour-mismatch',
      'd behaviour-mismatch',
      'b input-injection',
      'b activity-surprise',
    ]);
  });
});

describe('an open incident', () => {
  it('escalates once, when its severity rises, and does not wait for that', () => {
    const revisions = revisionsOf([high(0), verdictAt(1, 'impostor', 91), high(2), verdictAt(3, 'impostor', 95)]);
    expect(revisions.map(({ state, severity }) => `${state} ${severity}`)).toEqual(['open high', 'escalated critical']);
  });

  it('counts what it does not tell', () => {
    const { state } = advancedIncidents([high(0), high(1), verdictAt(2, 'impostor', 85)]);
    expect(state.incidents[0]).toMatchObject({ highVerdicts: 3, highestRisk: 85, revision: 1 });
    expect(state.incidents[0]?.lastHighAtMs).toBe(high(2).receivedAtMs);
  });

  const withFeatures = (...features: [string, number][]) => ({
    modalities: [
      judgementOf(
        'keystrokes',
        features.map(([feature, share]) => contributionOf(feature, { share })),
      ),
    ],
  });
  it.each<[string, boolean, Partial<Verdict>]>([
    ['nothing new', false, {}],
    ['a risk of 1.2 times what was told, and no more', false, { risk: 74 * 1.2 }],
    ['a risk of more than 1.2 times what was told', true, { risk: 74 * 1.2 + 0.01 }],
    ['another session', true, { session: 'f'.repeat(32) }],
    ['another host', true, { host: 'f'.repeat(32) }],
    ['another route of input', true, { inputRoute: 'remote-desktop' }],
    ['another template', true, { templateVersion: '2'.repeat(64) }],
    ['a third of what speaks for it from a new feature', true, withFeatures(['hold', 0.6], ['flight', 0.4])],
    ['a new feature of little weight', false, withFeatures(['hold', 0.75], ['flight', 0.25])],
    ['the same features as before', false, withFeatures(['hold', 0.1])],
  ])('told as updated or not: %s', (_, isTold, given) => {
    const opener = verdictAt(0, 'impostor', 74, withFeatures(['hold', 0.9]));
    const later = verdictAt(10 * minute, 'impostor', 74, { ...withFeatures(['hold', 0.9]), ...given });
    expect(saidOfIncidents([opener, later])).toEqual(isTold ? ['open', 'updated'] : ['open']);
    const soon = verdictAt(10 * minute - 1, 'impostor', 74, { ...withFeatures(['hold', 0.9]), ...given });
    expect(saidOfIncidents([opener, soon])).toEqual(['open']);
  });

  it('is updated at most every ten minutes, however much is new', () => {
    const everyMinute = Array.from({ length: 41 }, (_, index) =>
      high(index * minute, { session: `${index % 10}`.repeat(32) }),
    );
    expect(saidOfIncidents(everyMinute)).toEqual(['open', 'updated', 'updated', 'updated']);
  });
});

describe('an incident closes', () => {
  const rest = 5 * minute;
  it('after enough calm verdicts of its device in a row, and not before five minutes are over', () => {
    expect(saidOfIncidents([high(0), ...calm(rest, calmVerdictsToClose - 1), high(rest + hour / 2)])).toEqual(['open']);
    const [, closed] = revisionsOf([high(0), ...calm(rest)]);
    expect(closed).toMatchObject({ state: 'closed', closedBecause: 'calm', revision: 2, risk: 5, decision: 'genuine' });
    expect(closed).toMatchObject({ severity: 'high', highestRisk: 80, highVerdicts: 1 });
    expect(saidOfIncidents([high(0), ...calm(1, 30)])).toEqual(['open']);
    expect(saidOfIncidents([high(0), ...calm(1, 30), ...calm(rest, 1)])).toEqual(['open', 'closed calm']);
  });

  it('not by calm of another device, by what could not be judged, or where anything but calm is between', () => {
    expect(saidOfIncidents([high(0), ...calm(rest, 20, { device: desktop })])).toEqual(['open']);
    expect(saidOfIncidents([high(0), ...Array.from({ length: 20 }, (_, index) => unsaid(rest + index))])).toEqual([
      'open',
    ]);
    const between = verdictAt(rest + 7, 'suspicious', 50);
    expect(saidOfIncidents([high(0), ...calm(rest, 7), between, ...calm(rest + 8, 7)])).toEqual(['open']);
    const others = [unsaid(rest + 7), verdictAt(rest + 8, 'impostor', 99, { device: desktop })];
    expect(saidOfIncidents([high(0), ...calm(rest, 7), ...others, ...calm(rest + 9, 1)])).toEqual([
      'open',
      'open',
      'closed calm',
    ]);
  });

  it('by silence, which any verdict of the subject notices', () => {
    const after = longestSilenceMs / 1000;
    for (const noticing of [unsaid, high]) {
      expect(saidOfIncidents([high(0), noticing(after)])).toEqual(['open']);
    }
    expect(saidOfIncidents([high(0), unsaid(after + 1)])).toEqual(['open', 'closed silence']);
    expect(saidOfIncidents([high(0), high(after + 1)])).toEqual(['open', 'closed silence', 'open']);
    expect(idsOfIncidents([high(0), high(after + 1)]).size).toBe(2);
    const elsewhere = high(after + 1, { device: desktop, session: '9'.repeat(32), host: '9'.repeat(32) });
    const [, closed] = revisionsOf([high(0), elsewhere]);
    const { device, session, host } = high(0);
    expect(closed).toMatchObject({ closedBecause: 'silence', device, session, host, verdictId: elsewhere.verdictId });
  });

  it('not while it goes on, in whatever order gateways receive it', () => {
    const at = (offset: number, ms: number) => high(offset, { receivedAtMs: 1_700_000_000_000 + ms });
    expect(saidOfIncidents([at(0, longestSilenceMs), at(1, 0), at(2, 2 * longestSilenceMs)])).not.toContain(
      'closed silence',
    );
  });

  it('and opens again where the same pattern returns within the cool-down', () => {
    const closing = rest + calmVerdictsToClose - 1;
    const coolDown = coolDownMs / 1000;
    const verdicts = [high(0), verdictAt(1, 'impostor', 95), ...calm(rest)];
    const back = high(closing + coolDown, { session: '9'.repeat(32) });
    const revisions = revisionsOf([...verdicts, back]);
    const again = revisions.at(-1);
    expect(idsOfIncidents([...verdicts, back]).size).toBe(1);
    expect(again).toMatchObject({ state: 'open', revision: 4, reopenings: 1, closedBecause: 'none' });
    expect(again).toMatchObject({ severity: 'high', highestRisk: 80, highVerdicts: 1 });
    expect(again?.startedAtMs).toBe(high(0).receivedAtMs);
    expect(again?.openingVerdictId).toBe(high(0).verdictId);
    const later = high(closing + coolDown + 1);
    expect(revisionsOf([...verdicts, later]).at(-1)).toMatchObject({ state: 'open', revision: 1, reopenings: 0 });
    expect(revisionsOf([...verdicts, later, high(closing + coolDown + 2)]).at(-1)?.incidentId).toBe(
      revisionsOf([...verdicts, later]).at(-1)?.incidentId,
    );
  });

  it('and is kept for what analysts say of it, and then forgotten', () => {
    const verdicts = [high(0), ...calm(rest)];
    const closing = rest + calmVerdictsToClose - 1;
    const kept = closing + keptClosedMs / 1000;
    expect(advancedIncidents([...verdicts, unsaid(kept)]).state.incidents).toHaveLength(1);
    expect(advancedIncidents([...verdicts, unsaid(kept + 1)]).state.incidents).toEqual([]);
  });

  it('and is told for every further one than may be kept, the oldest first, unless a closed one gives way', () => {
    const onDevice = (index: number) => high(index, { device: index.toString(16).padStart(32, '0') });
    const full = Array.from({ length: maxIncidents }, (_, index) => onDevice(index));
    const [first] = revisionsOf(full);
    const { state, revisions } = advancedIncidents([...full, onDevice(maxIncidents)]);
    expect(revisions.slice(-2)).toMatchObject([
      { state: 'closed', closedBecause: 'displaced', revision: 2, incidentId: first?.incidentId },
      { state: 'open', revision: 1 },
    ]);
    expect(state.incidents).toHaveLength(maxIncidents);
    const quiet = full[5]?.device ?? '';
    const calmed = [...full, ...calm(5 * minute + maxIncidents, calmVerdictsToClose, { device: quiet })];
    expect(saidOfIncidents([...calmed, high(6 * minute, { device: desktop })]).slice(maxIncidents)).toEqual([
      'closed calm',
      'open',
    ]);
  });
});

it('leaves the state that it was given unchanged, and the very same where a verdict says nothing', () => {
  const { state } = advancedIncidents([high(0, { device: laptop })]);
  const copy = structuredClone(state);
  advanceIncidents(state, verdictAt(1, 'genuine', 0));
  expect(state).toEqual(copy);
  expect(advanceIncidents(state, unsaid(1)).state).toBe(state);
  expect(advanceIncidents(state, verdictAt(1, 'suspicious', 50)).state).toBe(state);
  expect(advanceIncidents(state, calm(1, 1, { device: desktop })[0] ?? unsaid(1)).state).toBe(state);
});
