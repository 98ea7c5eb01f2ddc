import { expect } from '@jest/globals';
import { figureOf, gate } from '../test/fixtures/gated-suites.ts';
import type { Figures } from './suites/figure-paths.ts';

function keepsItsOrder(figures: Figures): void {
  expect(figureOf(figures, 'cohort.keys50.meanEer')).toBeLessThan(figureOf(figures, 'oneClass.keys50.meanEer'));
  for (const mode of ['oneClass50', 'cohort50']) {
    expect(Math.abs(figureOf(figures, `shuffled.${mode}.auc`) - 0.5)).toBeLessThan(0.1);
  }
}

gate('villani', keepsItsOrder);
gate('aalto', keepsItsOrder);
