import { expect } from '@jest/globals';
import { figureOf, gate } from '../test/fixtures/gated-suites.ts';

gate('schonlau', (figures) => {
  const auc = (mode: string) => figureOf(figures, `${mode}.auc`);
  expect(auc('cohort')).toBeGreaterThan(auc('oneClass'));
  expect(auc('oneClass')).toBeGreaterThan(auc('languageModel'));
  expect(auc('languageModel')).toBeGreaterThan(auc('autoencoder'));
});
