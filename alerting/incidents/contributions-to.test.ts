import { expect, it } from '@jest/globals';
import { incidentLimits } from '../../schemas/incident.ts';
import { contributionOf, judgementOf, verdictAt } from '../../test/fixtures/verdict-fixture.ts';
import { contributionsTo } from './contributions-to.ts';

const verdict = verdictAt(0, 'impostor', 80, {
  modalities: [
    judgementOf('cadence', [contributionOf('regularity')], { percentile: null }),
    judgementOf('keystrokes', [contributionOf('hold', { share: 0.1 }), contributionOf('flight', { share: 0.9 })], {
      percentile: 80,
    }),
    judgementOf('activity', [contributionOf('records viewed')], { percentile: 99 }),
  ],
});
const said = (...given: Parameters<typeof contributionsTo>) =>
  contributionsTo(...given).map(({ modality, feature }) => `${modality} ${feature}`);

it('come from what may explain the pattern, the strangest modality first, the strongest feature first', () => {
  expect(said('behaviour-mismatch', verdict)).toEqual([
    'activity records viewed',
    'keystrokes flight',
    'keystrokes hold',
  ]);
  expect(said('input-injection', verdict)).toEqual(['cadence regularity']);
  expect(said('activity-surprise', verdict)).toEqual(['activity records viewed']);
});

it('are no more than a revision may hold, and leave the verdict as it is', () => {
  const many = Array.from({ length: 20 }, (_, index) => contributionOf(`feature-${index}`, { share: index / 20 }));
  const crowded = verdictAt(0, 'machine', 95, { modalities: [judgementOf('cadence', many)] });
  const before = structuredClone(crowded);
  expect(contributionsTo('input-injection', crowded)).toHaveLength(incidentLimits.contributions);
  expect(contributionsTo('input-injection', crowded)[0]?.feature).toBe('feature-19');
  expect(crowded).toEqual(before);
});

it('have no negative zero, which would not survive a restart', () => {
  const zero = contributionOf('drift', { observed: -0, typical: -0, share: -0 });
  const [found] = contributionsTo(
    'input-injection',
    verdictAt(0, 'machine', 95, { modalities: [judgementOf('cadence', [zero])] }),
  );
  expect(JSON.parse(JSON.stringify(found))).toEqual(found);
  expect(Object.is(found?.observed, 0)).toBe(true);
});
