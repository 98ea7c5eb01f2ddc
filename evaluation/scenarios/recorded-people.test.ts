import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { RecordingsMalformed } from '../recordings/recordings.ts';
import { loadPeople, scenarioRecordings } from './recorded-people.ts';

let datasets: string;
beforeEach(async () => {
  datasets = await mkdtemp(join(tmpdir(), 'people-'));
});
afterEach(async () => {
  await rm(datasets, { recursive: true });
});

describe('the people that desks are composed from', () => {
  it('are refused with an empty folder, in words that mend it', async () => {
    await mkdir(join(datasets, scenarioRecordings));
    const refusal = loadPeople(datasets);
    await expect(refusal).rejects.toThrow(RecordingsMalformed);
    await expect(refusal).rejects.toThrow(
      `${join(datasets, scenarioRecordings)} holds no recordings that are known. Put the files of one set there: free_text.csv.gz (villani-freetext), `,
    );
  });

  it('are refused without their folder, in words that mend it', async () => {
    const refusal = loadPeople(datasets);
    await expect(refusal).rejects.toThrow(RecordingsMalformed);
    await expect(refusal).rejects.toThrow(/^There is no folder .*villani-freetext\. .* set GAITKEEPER_DATASETS/);
  });
});
