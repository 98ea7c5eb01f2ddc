import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { datasetsDirectory } from '../recordings/open-recordings.ts';
import type { RecordingName } from '../recordings/recordings.ts';
import { runBalabitSuite, runSapimouseSuite } from './pointer.ts';
import type { RunSuite, SuiteResult } from './suite.ts';

const datasets = datasetsDirectory();

/** Runs the short form where the set is; elsewhere the name of the skipped test says what is missing. */
function whereRecorded(
  name: RecordingName,
  property: string,
  run: RunSuite,
  test: (result: SuiteResult) => void,
): void {
  const body = async () =>
    test(await run({ datasets: datasets ?? '', seeds: [1], form: 'short', backend: 'auto', onStep: () => {} }));
  if (datasets !== undefined && existsSync(join(datasets, name))) it(`${name}: ${property}`, body, 600_000);
  else it.skip(`${name}: ${property} (skipped: the recordings are not here, set GAITKEEPER_DATASETS)`, body);
}

function figure(result: SuiteResult, path: string): number {
  let here: unknown = result.figures;
  for (const name of path.split('.')) here = (here as Record<string, unknown>)[name];
  return here as number;
}

describe('the pointer suites, short form', () => {
  whereRecorded('sapimouse', 'a background of other people beats the account alone', runSapimouseSuite, (result) => {
    expect(figure(result, 'cohort.s15.auc')).toBeGreaterThan(0.95);
    expect(figure(result, 'cohort.s60.auc')).toBeGreaterThan(0.96);
    expect(figure(result, 'cohort.s15.auc')).toBeGreaterThan(figure(result, 'oneClass.s15.auc'));
    expect(Math.abs(figure(result, 'shuffledTemplates.cohort.auc') - 0.5)).toBeLessThan(0.1);
  });

  whereRecorded('balabit', 'closed set, open set and one-class keep their order', runBalabitSuite, (result) => {
    expect(figure(result, 'cohort.auc')).toBeGreaterThan(0.96);
    expect(figure(result, 'oneClass.auc')).toBeGreaterThan(0.925);
    // Knowing the impostor's own account cannot hurt; with both near 0.99, a hundredth is the short form's noise.
    expect(figure(result, 'cohort.closedSet.auc')).toBeGreaterThan(figure(result, 'cohort.openSet.auc') - 0.01);
    expect(figure(result, 'cohort.openSet.auc')).toBeGreaterThan(0.93);
    expect(figure(result, 'cohort.takeover.caughtWithin60Strokes')).toBeGreaterThan(0.7);
    expect(figure(result, 'cohort.takeover.falseAlarmsPer1kStrokes')).toBeLessThan(1.2);
    expect(figure(result, 'shuffledTemplates.cohort.auc')).toBeLessThan(0.55);
  });
});
