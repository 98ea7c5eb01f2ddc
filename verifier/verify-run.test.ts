import { describe, expect, it } from '@jest/globals';
import { seededInput } from '../test/verifier/seeded-input.ts';
import { createTrueRun, topics } from '../test/verifier/true-run.ts';
import { findingsByKind, verifyRecords } from '../test/verifier/verify-records.ts';

describe('a run in which nothing went wrong', () => {
  it.each([1, 2, 3])('seed %i: nothing to accuse', async (seed) => {
    const run = await createTrueRun(3);
    const { templates } = run;
    await run.put(await seededInput({ topic: topics.behaviour, partitions: 3, seed, rounds: 250, templates }));
    await run.work();
    const records = await run.records();
    const report = await verifyRecords(records);
    console.log(JSON.stringify(report));
    expect(findingsByKind(report)).toEqual({});
  });
});
