import { expect, it } from '@jest/globals';
import { revisionOf } from '../../test/fixtures/incident-fixture.ts';
import { templateAgeDays } from './template-age.ts';

const atMs = revisionOf().atMs;

it('the age of a template is days with one decimal, and never negative', () => {
  expect(templateAgeDays(revisionOf({ templateTrainedAtMs: atMs - 2 * 86_400_000 }))).toBe(2);
  expect(templateAgeDays(revisionOf({ templateTrainedAtMs: atMs - 129_600_000 }))).toBe(1.5);
  expect(templateAgeDays(revisionOf({ templateTrainedAtMs: atMs + 5_000 }))).toBe(0);
});

it('what was judged without a template has no age of one', () => {
  expect(templateAgeDays(revisionOf({ templateKind: 'none', templateTrainedAtMs: 0 }))).toBeUndefined();
  expect(templateAgeDays(revisionOf({ templateTrainedAtMs: 0 }))).toBeUndefined();
});
