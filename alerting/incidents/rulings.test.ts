import { describe, expect, it } from '@jest/globals';
import type { RulingWord, Verdict } from '../../detection/words/verdict.ts';
import { advancedIncidents, idsOfIncidents, saidOfIncidents } from '../../test/fixtures/advanced-incidents.ts';
import { verdictAt } from '../../test/fixtures/verdict-fixture.ts';
import { calmVerdictsToClose } from './incident-rules.ts';

const minute = 60;
const hour = 60 * minute;

/** A verdict at a second; the offset says the second. */
const high = (second: number, given: Partial<Verdict> = {}) => verdictAt(second, 'impostor', 80, given);
const calm = (fromSecond: number, count = calmVerdictsToClose, given: Partial<Verdict> = {}): Verdict[] =>
  Array.from({ length: count }, (_, index) => verdictAt(fromSecond + index, 'genuine', 5, given));
const unsaid = (second: number, given: Partial<Verdict> = {}) => verdictAt(second, 'undecided', 0, given);
/** A ruling on what these verdicts opened. */
const saying = (ruling: RulingWord, ...opened: readonly Verdict[]) => ({
  rulings: [...idsOfIncidents(opened)].map((incidentId) => ({ incidentId, ruling })),
});
const revisionsOf = (verdicts: readonly Verdict[]) => advancedIncidents(verdicts).revisions;

describe('what an analyst says', () => {
  it.each(['false-positive', 'benign-known'] as const)('closes as %s, and the next one is a new incident', (ruling) => {
    const ruled = calm(60, 1, saying(ruling, high(0)));
    const [, closed] = revisionsOf([high(0), ...ruled]);
    expect(closed).toMatchObject({ state: 'closed', closedBecause: ruling, ruling, revision: 2 });
    const again = [high(0), ...ruled, high(70)];
    expect(saidOfIncidents(again)).toEqual(['open', `closed ${ruling}`, 'open']);
    expect(idsOfIncidents(again).size).toBe(2);
  });

  it.each(['confirmed', 'unsure'] as const)('%s is told, and changes nothing else', (ruling) => {
    const ruled = unsaid(60, saying(ruling, high(0)));
    expect(revisionsOf([high(0), ruled])[1]).toMatchObject({ state: 'updated', ruling, severity: 'high', revision: 2 });
    expect(saidOfIncidents([high(0), ruled, high(61)])).toEqual(['open', 'updated']);
    const closed = [high(0), ...calm(5 * minute)];
    const late = calm(6 * minute, 1, saying(ruling, high(0)));
    expect(saidOfIncidents([...closed, ...late])).toEqual(['open', 'closed calm', 'closed calm']);
    expect(revisionsOf([...closed, ...late, high(7 * minute)]).at(-1)).toMatchObject({ reopenings: 1, ruling });
  });

  it('closes for good what was closed by calm before', () => {
    const late = calm(6 * minute, 1, saying('false-positive', high(0)));
    const verdicts = [high(0), ...calm(5 * minute), ...late, high(7 * minute)];
    expect(saidOfIncidents(verdicts)).toEqual(['open', 'closed calm', 'closed false-positive', 'open']);
    expect(idsOfIncidents(verdicts).size).toBe(2);
  });

  it('is told of what closed days ago, and of the right one of several', () => {
    const day = 24 * hour;
    const first = [high(0), ...calm(5 * minute)];
    const second = [high(day), ...calm(day + 5 * minute)];
    const monday = unsaid(3 * day, saying('false-positive', high(0)));
    const verdicts = [...first, ...second, monday];
    expect(saidOfIncidents(verdicts)).toEqual(['open', 'closed calm', 'open', 'closed calm', 'closed false-positive']);
    expect(revisionsOf(verdicts).at(-1)).toMatchObject({ incidentId: [...idsOfIncidents([high(0)])][0], revision: 3 });
  });

  it('applies before what the same verdict says, and before silence', () => {
    expect(saidOfIncidents([high(0), high(60, saying('false-positive', high(0)))])).toEqual([
      'open',
      'closed false-positive',
      'open',
    ]);
    const nextDay = unsaid(20 * hour, saying('benign-known', high(0)));
    expect(saidOfIncidents([high(0), nextDay])).toEqual(['open', 'closed benign-known']);
  });

  it('twice is told once, and of an unknown incident is counted', () => {
    const ruled = (second: number) => unsaid(second, saying('confirmed', high(0)));
    expect(saidOfIncidents([high(0), ruled(1), ruled(2)])).toEqual(['open', 'updated']);
    const unheard = unsaid(3, { rulings: [{ incidentId: '7'.repeat(32), ruling: 'confirmed' }] });
    expect(advancedIncidents([high(0), unheard])).toMatchObject({ unknownRulings: 1, revisions: [{ state: 'open' }] });
  });
});
