import { expect, it } from '@jest/globals';
import { verdictAt } from '../../test/fixtures/verdict-fixture.ts';
import { advanceIncidents } from './advance-incidents.ts';
import { decodeIncidents, encodeIncidents } from './incident-bytes.ts';
import { noIncidents } from './subject-incidents.ts';

it('are stored as they are, and nothing is known before the first', () => {
  const { state } = advanceIncidents(noIncidents, verdictAt(0, 'impostor', 80));
  expect(state.incidents).toHaveLength(1);
  expect(decodeIncidents(encodeIncidents(state))).toEqual(state);
  expect(decodeIncidents(undefined)).toEqual(noIncidents);
});

it('episodes of the version before read as nothing', () => {
  const episodes = Buffer.concat([Buffer.of(1), Buffer.from('{"open":{"input-injection":{"alertId":"f"}}}')]);
  expect(decodeIncidents(episodes)).toEqual(noIncidents);
});

it('bytes of any other version are refused', () => {
  for (const bytes of [Buffer.from('{"incidents":[]}'), Buffer.of(3), Buffer.alloc(0)]) {
    expect(() => decodeIncidents(bytes)).toThrow(TypeError);
  }
});
