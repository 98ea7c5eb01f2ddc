import { expect } from '@jest/globals';
import { figureOf, gate } from '../test/fixtures/gated-suites.ts';

gate('cmu', (figures) => {
  const eer = (path: string) => figureOf(figures, `${path}.meanEer`);
  expect(eer('baselines.scaledManhattan')).toBeCloseTo(0.1012, 4);
  expect(eer('baselines.nearestNeighbourMahalanobis')).toBeCloseTo(0.1107, 4);
  expect(eer('oneClass.stream')).toBeLessThan(eer('oneClass.official'));
  expect(eer('oneClass.practisedStream')).toBeLessThan(eer('oneClass.practised'));
  expect(eer('cohort.official')).toBeLessThan(eer('oneClass.official'));
  expect(eer('cohort.practised')).toBeLessThan(eer('oneClass.practised'));
  expect(figureOf(figures, 'shuffledLabels.auc')).toBeCloseTo(0.5, 2);
});
