import { expect } from '@jest/globals';
import { figureOf, gate } from '../test/fixtures/gated-suites.ts';
import type { SuiteResult } from './suites/suite.ts';

function keepsItsOrder(result: SuiteResult): void {
  expect(figureOf(result, 'cohort.auc')).toBeGreaterThan(figureOf(result, 'oneClass.auc'));
  expect(Math.abs(figureOf(result, 'cohort.shuffledLabels.auc') - 0.5)).toBeLessThan(0.05);
  // The impostor may be the very account whose template it is: then strangers look genuine, never the other way round.
  expect(figureOf(result, 'shuffledTemplates.cohort.auc')).toBeLessThan(0.6);
}

gate('balabit', keepsItsOrder);
gate('sapimouse', keepsItsOrder);
