import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { BehaviourContext } from '../words/behaviour.ts';
import { inputRoutes } from '../words/behaviour.ts';
import {
  type ContextState,
  contextStateFromNumbers,
  contextStateLength,
  contextStateToNumbers,
  newContextState,
} from './context-state.ts';
import { stepContext } from './context-surprise.ts';

const dayMs = 86_400_000;
const pseudonym = (n: number) => n.toString(16).padStart(32, '0');
const office: BehaviourContext = {
  inputRoute: 'local',
  host: pseudonym(1),
  network: pseudonym(2),
  domain: pseudonym(3),
};
const device = pseudonym(4);
const value = fc.option(fc.integer({ min: 0, max: 12 }).map(pseudonym));
const contexts = fc.record({
  inputRoute: fc.constantFrom(...inputRoutes),
  host: value,
  network: value,
  domain: value,
});
const visits = fc.array(
  fc.record({
    context: contexts,
    device: fc.integer({ min: 0, max: 9 }).map(pseudonym),
    hours: fc.integer({ min: 0, max: 2_000 }),
    sessionBegins: fc.boolean(),
    learns: fc.boolean(),
  }),
  { maxLength: 40 },
);

function stateAfter(steps: typeof visits extends fc.Arbitrary<infer T> ? T : never): ContextState {
  let state = newContextState();
  let atMs = 1;
  for (const { context, device, hours, ...rest } of steps) {
    atMs += hours * 3_600_000;
    state = stepContext(state, context, device, { ...rest, atMs }).state;
  }
  return state;
}

/** A worker of so many days, each a session at the same place. */
function settled(days: number, context = office): ContextState {
  let state = newContextState();
  for (let day = 1; day <= days; day++) {
    state = stepContext(state, context, device, { atMs: day * dayMs, sessionBegins: true, learns: true }).state;
  }
  return state;
}

const later = { atMs: 31 * dayMs, sessionBegins: true, learns: true };

describe('where behaviour comes from', () => {
  it('is no surprise to somebody of whom nothing is known, and none where it always was', () => {
    expect(stepContext(newContextState(), office, device, later)).toMatchObject({
      surprise: 0,
      changedContext: false,
      contributions: [],
    });
    const { surprise, changedContext, contributions } = stepContext(settled(30), office, device, later);
    expect(surprise).toBeLessThan(0.1);
    expect({ changedContext, contributions }).toEqual({ changedContext: false, contributions: [] });
  });

  it('is told in words: what it is, and how rarely it was met', () => {
    const remote = stepContext(settled(30), { ...office, inputRoute: 'remote-desktop' }, device, later);
    expect(remote.surprise).toBeGreaterThan(3);
    expect(remote.changedContext).toBe(true);
    expect(remote.contributions).toHaveLength(1);
    expect(remote.contributions[0]).toMatchObject({
      feature: 'input route remote-desktop',
      observed: 0,
      unit: 'sessions',
      direction: 'low',
      share: 1,
    });
  });

  it('changes for a hand with another device or host, not with another network', () => {
    const state = settled(30);
    expect(stepContext(state, office, pseudonym(99), later).changedContext).toBe(true);
    expect(stepContext(state, { ...office, host: pseudonym(99) }, device, later).changedContext).toBe(true);
    const elsewhere = stepContext(state, { ...office, network: pseudonym(99) }, device, later);
    expect(elsewhere.changedContext).toBe(false);
    expect(elsewhere.contributions.map(({ feature }) => feature)).toEqual(['network']);
  });

  it('surprises by a combination that never was, though each part is known', () => {
    const home = { ...office, network: pseudonym(20) };
    const laptop = pseudonym(21);
    let state = newContextState();
    for (let day = 1; day <= 30; day++) {
      const occasion = { atMs: day * dayMs, sessionBegins: true, learns: true };
      state = stepContext(state, day % 2 === 0 ? home : office, day % 2 === 0 ? laptop : device, occasion).state;
    }
    const usual = stepContext(state, home, laptop, later);
    const crossed = stepContext(state, home, device, later);
    expect(usual.contributions).toEqual([]);
    expect(crossed.surprise).toBeGreaterThan(usual.surprise + 1.5);
    expect(crossed.contributions.map(({ feature }) => feature)).toEqual(['combination']);
    expect(crossed.changedContext).toBe(false);
  });

  it('becomes familiar after a few sessions, and is forgotten after a long while', () => {
    let state = settled(30);
    const moved = { ...office, host: pseudonym(50) };
    const changed: boolean[] = [];
    for (let day = 31; day < 35; day++) {
      const judged = stepContext(state, moved, device, { atMs: day * dayMs, sessionBegins: true, learns: true });
      changed.push(judged.changedContext);
      state = judged.state;
    }
    expect(changed).toEqual([true, true, false, false]);
    const yearsOn = stepContext(state, moved, device, { atMs: 2_000 * dayMs, sessionBegins: true, learns: true }).state;
    expect(stepContext(yearsOn, { ...office, host: pseudonym(51) }, device, later).changedContext).toBe(false);
  });

  it('surprises less about somebody who is always elsewhere', () => {
    let traveller = newContextState();
    for (let day = 1; day <= 30; day++) {
      const context = { ...office, network: pseudonym(100 + day) };
      traveller = stepContext(traveller, context, device, {
        atMs: day * dayMs,
        sessionBegins: true,
        learns: true,
      }).state;
    }
    const abroad = { ...office, network: pseudonym(999) };
    expect(stepContext(traveller, abroad, device, later).surprise).toBeLessThan(1);
    expect(stepContext(settled(30), abroad, device, later).surprise).toBeGreaterThan(3);
  });

  it('teaches nothing while something speaks against the owner, nor by going to and fro', () => {
    const start = settled(30);
    const other = { ...office, host: pseudonym(77) };
    expect(stepContext(start, other, device, { ...later, learns: false }).state).toBe(start);
    let state = start;
    for (let batch = 0; batch < 50; batch++) {
      const occasion = { atMs: later.atMs + batch, sessionBegins: false, learns: true };
      state = stepContext(state, batch % 2 === 0 ? other : office, device, occasion).state;
    }
    expect(stepContext(state, other, device, later).changedContext).toBe(true);
  });

  it('gives finite numbers, a bounded state and no surprise below zero, wherever it leads', () => {
    fc.assert(
      fc.property(visits, contexts, fc.double(), (steps, context, atMs) => {
        const state = stateAfter(steps);
        const judged = stepContext(state, context, device, { atMs, sessionBegins: true, learns: true });
        expect(judged.surprise).toBeGreaterThanOrEqual(0);
        expect(Number.isFinite(judged.surprise)).toBe(true);
        const shares = judged.contributions.reduce((sum, { share }) => sum + share, 0);
        if (judged.contributions.length > 0) expect(shares).toBeCloseTo(1, 2);
        const numbers = contextStateToNumbers(judged.state);
        expect(numbers).toHaveLength(contextStateLength);
        expect(numbers.every(Number.isFinite)).toBe(true);
        expect(contextStateFromNumbers(JSON.parse(JSON.stringify(numbers)))).toEqual(judged.state);
      }),
    );
  });

  it('never surprises more for having been met once more', () => {
    fc.assert(
      fc.property(visits, contexts, (steps, context) => {
        const state = stateAfter(steps);
        const occasion = { atMs: 1, sessionBegins: true, learns: true };
        const first = stepContext(state, context, device, occasion);
        const second = stepContext(first.state, context, device, occasion);
        const third = stepContext(second.state, context, device, occasion);
        expect(third.surprise).toBeLessThanOrEqual(second.surprise + 1e-9);
      }),
    );
  });

  it('refuses a state that is none', () => {
    const numbers = contextStateToNumbers(newContextState());
    for (const broken of [numbers.slice(1), numbers.with(2, Number.NaN), numbers.with(2, -1)]) {
      expect(() => contextStateFromNumbers(broken)).toThrow(RangeError);
    }
  });
});
