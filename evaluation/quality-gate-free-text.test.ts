import { expect } from '@jest/globals';
import { figureOf, gate } from '../test/fixtures/gated-suites.ts';
import type { SuiteResult } from './suites/suite.ts';

function keepsItsOrder(result: SuiteResult): void {
  expect(figureOf(result, 'cohort.keys50.meanEer')).toBeLessThan(figureOf(result, 'oneClass.keys50.meanEer'));
  for (const mode of ['oneClass50', 'cohort50']) {
    expect(Math.abs(figureOf(result, `shuffled.${mode}.auc`) - 0.5)).toBeLessThan(0.1);
  }
}

gate('villani', keepsItsOrder);
gate('aalto', keepsItsOrder);
