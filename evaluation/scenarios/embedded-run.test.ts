import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { datasetsDirectory } from '../recordings/open-recordings.ts';
import { castDesks, type Desk } from './cast-desks.ts';
import { deskOutcome } from './desk-outcome.ts';
import { runDesks } from './embedded-run.ts';
import { placeKey } from './findings.ts';
import { loadPeople, scenarioRecordings } from './recorded-people.ts';

const datasets = datasetsDirectory();
const present = datasets !== undefined && existsSync(join(datasets, scenarioRecordings));
const name = 'says one thing of every batch, and catches an injector within 50 keys with and without a template';

/** Too few accounts for a background: what is asked here needs none, and training stays short. */
function fewDesks(desks: readonly Desk[]): Desk[] {
  const injected = desks.filter(({ scenario }) => scenario === 'usb-injector');
  const [enrolled] = injected.filter(({ history }) => history.length > 0);
  const [newcomer] = injected.filter(({ history }) => history.length === 0);
  return [enrolled, newcomer].filter((desk) => desk !== undefined);
}

async function runOfFew(directory: string): Promise<void> {
  const desks = fewDesks(castDesks(await loadPeople(directory), { seed: 1, workAtEveryDesk: false }));
  const run = await runDesks(desks, { seed: 1, backend: 'wasm', onStep: () => {} });
  const places = desks.flatMap(({ history, later }) => [...history, ...later].map(({ batch }) => placeKey(batch)));
  expect([...run.verdicts.keys()].sort()).toEqual(places.sort());
  expect(run.training.enrolled).toBe(1);
  for (const { detected, enrolled, incidentsOfTheDay } of desks.map((desk) => deskOutcome(desk, run))) {
    expect(detected).toMatchObject({ rule: 'input-injection', template: enrolled ? 'own' : 'none' });
    expect(detected?.foreignKeys).toBeLessThanOrEqual(50);
    expect(incidentsOfTheDay).toEqual(['input-injection']);
  }
}

describe('desks through the whole system', () => {
  if (present) it(name, () => runOfFew(datasets), 120_000);
  else it.skip(`${name} (skipped: no recordings of ${scenarioRecordings} here, set GAITKEEPER_DATASETS)`, () => {});
});
