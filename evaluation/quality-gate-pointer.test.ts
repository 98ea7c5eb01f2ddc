import { expect } from '@jest/globals';
import { figureOf, gate } from '../test/fixtures/gated-suites.ts';
import type { Figures } from './suites/figure-paths.ts';

function keepsItsOrder(figures: Figures): void {
  expect(figureOf(figures, 'cohort.auc')).toBeGreaterThan(figureOf(figures, 'oneClass.auc'));
  expect(Math.abs(figureOf(figures, 'cohort.shuffledLabels.auc') - 0.5)).toBeLessThan(0.05);
  // The impostor may be the very account whose template it is: then strangers look genuine, never the other way round.
  expect(figureOf(figures, 'shuffledTemplates.cohort.auc')).toBeLessThan(0.6);
}

gate('balabit', keepsItsOrder);
gate('sapimouse', keepsItsOrder);
