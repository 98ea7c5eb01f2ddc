import { afterEach, describe, expect, it } from '@jest/globals';
import type { Handling } from '../detection/words/behaviour.ts';
import type { OutgoingRecord } from '../platform/broker/broker.ts';
import { stagePoints } from '../platform/stage/partition-work.ts';
import { MemoryStateStore } from '../platform/store/memory-state-store.ts';
import { StoreUnavailable } from '../platform/store/state-store.ts';
import { maxBatchBytes } from '../schemas/batch-limits.ts';
import { createBehaviourBatchCodec } from '../schemas/behaviour-batch.ts';
import { createFaultyStateStore } from '../test/contracts/faulty-state-store.ts';
import { until } from '../test/contracts/staged-run.ts';
import {
  activationRecord,
  batchRecord,
  controlRecord,
  createScorerRun,
  type FoundVerdict,
  foreignRecord,
  type ScorerRun,
  scorerTopics,
} from '../test/fixtures/scorer-run.ts';
import { templateOf } from '../test/fixtures/template-fixture.ts';
import { ada, bob, injector, subjectOf, typedBatch } from '../test/fixtures/typing-fixture.ts';

const subjects = ['a', 'b', 'c', '1', '2', '3', '4', '5'].map(subjectOf);
const [first = '', second = ''] = subjects;

const runs: ScorerRun[] = [];
async function scorerRun(...given: Parameters<typeof createScorerRun>): Promise<ScorerRun> {
  const run = await createScorerRun(...given);
  runs.push(run);
  return run;
}
afterEach(async () => {
  for (const run of runs.splice(0)) await run.stopAll();
});

const typed = (subject: string, sequence: number, rhythm = ada, handling: Handling = 'full'): OutgoingRecord =>
  batchRecord(typedBatch({ subject, sequence, rhythm, handling }));

/** Repeated verdicts must have the bytes of the first; returns the first of each id. */
function once(found: readonly FoundVerdict[]): FoundVerdict[] {
  const firsts = new Map<string, FoundVerdict>();
  for (const each of found) {
    const before = firsts.get(each.verdict.verdictId);
    if (before === undefined) firsts.set(each.verdict.verdictId, each);
    else expect(each.bytes.equals(before.bytes)).toBe(true);
  }
  return [...firsts.values()];
}

describe('a scorer at work', () => {
  it('gives one verdict per batch, in the order of each subject', async () => {
    const run = await scorerRun({ partitions: 3 });
    await run.start();
    const records = Array.from({ length: 6 }, (_, sequence) => subjects.map((subject) => typed(subject, sequence)));
    await run.put(records.flat());
    await run.untilDone();
    const found = await run.verdicts();
    expect(found).toHaveLength(48);
    expect(once(found)).toHaveLength(48);
    for (const subject of subjects) {
      const own = found.filter(({ verdict }) => verdict.subject === subject);
      expect(own.map(({ verdict }) => verdict.sequence)).toEqual([0, 1, 2, 3, 4, 5]);
      expect(new Set(own.map(({ key }) => key))).toEqual(new Set([subject]));
    }
    expect(await run.metrics.exposition()).toContain(
      'gaitkeeper_verdicts_total{decision="undecided",template="none"} 48',
    );
  });

  it('takes up an activation from the topic for the next record, without restart', async () => {
    const run = await scorerRun();
    await run.start();
    await run.put([typed(first, 0), typed(first, 1)]);
    await run.untilDone();
    const version = await run.templates.put(templateOf({ rhythm: ada, subject: first }));
    await run.put([activationRecord({ subject: first, version }), typed(first, 2), typed(first, 3)]);
    await run.untilDone();
    const verdicts = (await run.verdicts()).map(({ verdict }) => verdict);
    expect(verdicts.map(({ templateVersion }) => templateVersion)).toEqual(['', '', version, version]);
    expect(verdicts.map(({ decision }) => decision)).toEqual(['undecided', 'undecided', 'genuine', 'genuine']);
    expect(await run.letters()).toEqual([]);
  });

  it('follows activations, batches and controls that lie in one micro-batch, each from its own place on', async () => {
    const run = await scorerRun();
    const one = await run.templates.put(templateOf({ rhythm: ada, subject: first }));
    const two = await run.templates.put(templateOf({ rhythm: ada, subject: first, seed: 2 }));
    await run.put([
      typed(first, 0),
      activationRecord({ subject: first, version: one }),
      typed(first, 1),
      activationRecord({ subject: first, version: two }),
      typed(first, 2),
      controlRecord(first, 'erase'),
      typed(first, 3),
    ]);
    await run.start();
    await run.untilDone();
    const verdicts = (await run.verdicts()).map(({ verdict }) => verdict);
    expect(verdicts.map(({ templateVersion }) => templateVersion)).toEqual(['', one, two, '']);
  });

  it('activates a cohort in each partition from the place of its own record on', async () => {
    const run = await scorerRun({ partitions: 2 });
    const version = await run.templates.put(templateOf({ rhythm: ada, subject: '' }));
    await run.start();
    await run.put(subjects.map((subject) => typed(subject, 0)));
    await run.untilDone();
    await run.put([activationRecord({ subject: '', kind: 'cohort', version, partition: 1 })]);
    await run.put(subjects.map((subject) => typed(subject, 1)));
    await run.untilDone();
    await run.put([activationRecord({ subject: '', kind: 'cohort', version, partition: 0 })]);
    await run.put(subjects.map((subject) => typed(subject, 2)));
    await run.untilDone();
    const found = (await run.verdicts()).map(({ verdict }) => verdict);
    expect(new Set(found.map(({ source }) => source.partition))).toEqual(new Set([0, 1]));
    for (const { sequence, source, templateKind } of found) {
      const active = sequence === 2 || (sequence === 1 && source.partition === 1);
      expect({ sequence, partition: source.partition, templateKind }).toEqual({
        sequence,
        partition: source.partition,
        templateKind: active ? 'cohort' : 'none',
      });
    }
  });

  it('answers duplicates as such, across a restart', async () => {
    const run = await scorerRun();
    const worker = await run.start();
    await run.put([typed(first, 0), typed(first, 1)]);
    await run.untilDone();
    await worker.stop();
    await run.start();
    await run.put([typed(first, 1), typed(first, 0), typed(first, 2)]);
    await run.untilDone();
    const reasons = (await run.verdicts()).map(({ verdict }) => verdict.reason);
    expect(reasons).toEqual(['enrolling', 'enrolling', 'duplicate', 'duplicate', 'enrolling']);
  });
});

describe('records that cannot be judged', () => {
  const batches = createBehaviourBatchCodec();
  const good = batches.encode(typedBatch({ subject: first, sequence: 0, rhythm: ada }));
  const notANumber = Buffer.from(good);
  const resolution = Buffer.alloc(8);
  resolution.writeDoubleLE(1.25);
  notANumber.writeDoubleLE(Number.NaN, notANumber.indexOf(resolution));
  const future = Buffer.from(good);
  future.writeUInt8((good[5] as number) ^ 0xff, 5);

  it.each([
    ['a tombstone', foreignRecord(first, null), 'empty'],
    ['random bytes', foreignRecord(first, Buffer.from('not a batch at all')), 'unknown-framing'],
    ['a schema that this version does not know', foreignRecord(first, future), 'unknown-schema'],
    ['a batch that is cut short', foreignRecord(first, good.subarray(0, good.length - 9)), 'truncated'],
    ['bytes after the batch', foreignRecord(first, Buffer.concat([good, Buffer.of(0)])), 'trailing-bytes'],
    ['an oversized batch', foreignRecord(first, Buffer.concat([good, Buffer.alloc(maxBatchBytes)])), 'too-large'],
    ['a number that is none', foreignRecord(first, notANumber), 'out-of-range'],
    ["a batch under another subject's key", foreignRecord(second, good), 'key-mismatch'],
    ['a batch without a key', { ...foreignRecord(first, good), key: null, partition: 0 }, 'key-mismatch'],
    [
      'an activation of a template that nobody published',
      activationRecord({ subject: first, version: 'e'.repeat(64) }),
      'template-absent',
    ],
  ] as const)('%s: set aside with its reason, counted, and the partition goes on', async (_, bad, reason) => {
    const run = await scorerRun();
    await run.start();
    await run.put([typed(first, 0), bad, typed(first, 1)]);
    await run.untilDone();
    expect((await run.verdicts()).map(({ verdict }) => verdict.sequence)).toEqual([0, 1]);
    const [letter, ...others] = await run.letters();
    expect(others).toEqual([]);
    expect(letter).toMatchObject({ stage: 'scorer', reason, source: { topic: scorerTopics.behaviour, offset: 1 } });
    expect(letter?.originalValueBytes).toBe(bad.value?.length ?? 0);
    expect(letter?.tenant).toBe(['key-mismatch', 'template-absent'].includes(reason) ? 'default' : null);
    expect(letter?.detail).not.toContain(first);
    expect(await run.metrics.exposition()).toContain(
      `gaitkeeper_stage_dead_letters_total{stage="scorer",reason="${reason}"} 1`,
    );
  });

  it('corrupt and foreign templates do not replace the champion', async () => {
    const run = await scorerRun();
    const champion = await run.templates.put(templateOf({ rhythm: ada, subject: first }));
    const foreign = await run.templates.put(templateOf({ rhythm: bob, subject: second }));
    const corrupt = await run.templates.put(templateOf({ rhythm: bob, subject: first, seed: 9 }));
    const [file = Buffer.alloc(0)] = await run.values.getMany([`template:${corrupt}`]);
    const flipped = Buffer.from(file ?? Buffer.alloc(0));
    flipped[flipped.length - 3] = (flipped[flipped.length - 3] as number) ^ 1;
    await run.values.put(`template:${corrupt}`, flipped);
    await run.put([
      activationRecord({ subject: first, version: champion }),
      activationRecord({ subject: first, version: foreign }),
      activationRecord({ subject: first, version: corrupt }),
      typed(first, 0),
      typed(first, 1),
    ]);
    await run.start();
    await run.untilDone();
    expect((await run.letters()).map(({ reason }) => reason)).toEqual([
      'template-foreign',
      'template-version-mismatch',
    ]);
    expect((await run.verdicts()).map(({ verdict }) => verdict.templateVersion)).toEqual([champion, champion]);
  });
});

describe('when the template store is away', () => {
  it('what came before is committed, the waiting batch gets no verdict, and work goes on when it is back', async () => {
    const run = await scorerRun();
    const version = await run.templates.put(templateOf({ rhythm: ada, subject: first }));
    const worker = await run.start();
    await run.put([activationRecord({ subject: first, version }), typed(first, 0), typed(first, 1)]);
    await run.untilDone();
    await worker.stop();

    run.setTemplateStoreAway(true);
    const restarted = await run.start();
    await run.put([typed(second, 0), typed(first, 2), typed(second, 1), typed(first, 3, bob)]);
    await until(() => restarted.health().paused.some(({ reason }) => reason === 'template-store'));
    expect((await run.verdicts()).map(({ verdict }) => [verdict.subject, verdict.sequence])).toEqual([
      [first, 0],
      [first, 1],
      [second, 0],
    ]);
    const [committed] = await run.broker.committedOffsets('scorer', scorerTopics.behaviour);
    expect(committed?.offset).toBeLessThanOrEqual(4);

    run.setTemplateStoreAway(false);
    await run.untilDone();
    const found = once(await run.verdicts()).map(({ verdict }) => verdict);
    expect(found).toHaveLength(6);
    const own = found.filter(({ subject }) => subject === first);
    expect(own.map(({ templateKind }) => templateKind)).toEqual(['own', 'own', 'own', 'own']);
    expect(own.every(({ reason }) => reason !== 'template-unavailable')).toBe(true);
    expect(await run.letters()).toEqual([]);
  });

  it('a template that is truly gone is undecided, not a rest', async () => {
    const run = await scorerRun();
    const version = await run.templates.put(templateOf({ rhythm: ada, subject: first }));
    const worker = await run.start();
    await run.put([activationRecord({ subject: first, version })]);
    await run.untilDone();
    await worker.stop();
    await run.values.delete(`template:${version}`);
    await run.start();
    await run.put([typed(first, 0), typed(first, 1), typed(first, 2)]);
    await run.untilDone();
    const reasons = (await run.verdicts()).map(({ verdict }) => `${verdict.decision} ${verdict.reason}`);
    expect(reasons).toEqual(Array.from({ length: 3 }, () => 'undecided template-unavailable'));
  });
});

/** An overloaded noon: degraded, then shed, then degraded again. */
function handlingAt(sequence: number): Handling {
  if (sequence === 6) return 'shed';
  return sequence === 5 || sequence === 7 ? 'degraded' : 'full';
}

/** Activations, a cohort, controls, a stranger, an injector, overload, duplicates and broken records, over eight subjects. */
async function eventfulDay(run: ScorerRun): Promise<OutgoingRecord[]> {
  const cohort = await run.templates.put(templateOf({ rhythm: ada, subject: '' }));
  const nextCohort = await run.templates.put(templateOf({ rhythm: ada, subject: '', seed: 2 }));
  const own = await run.templates.put(templateOf({ rhythm: ada, subject: first }));
  const records: OutgoingRecord[] = [];
  for (let sequence = 0; sequence < 12; sequence++) {
    if (sequence === 3) records.push(activationRecord({ subject: '', kind: 'cohort', version: cohort }));
    if (sequence === 4) records.push(activationRecord({ subject: first, version: own }));
    if (sequence === 6) records.push(foreignRecord(first, Buffer.from('broken')), controlRecord(second, 'erase'));
    for (const subject of subjects) {
      const rhythm = sequence > 7 && subject === first ? bob : sequence > 9 && subject === second ? injector : ada;
      records.push(typed(subject, sequence, rhythm, handlingAt(sequence)));
      // In the middle of a round: some subjects meet the next cohort one batch earlier than others.
      if (sequence === 8 && subject === subjects[4]) {
        records.push(activationRecord({ subject: '', kind: 'cohort', version: nextCohort }));
      }
    }
    if (sequence % 4 === 3) records.push(typed(second, sequence));
  }
  return records;
}

/** Every batch of a day has its verdict, and all bytes are those of a day on which nothing failed. */
async function expectAsUndisturbed(run: ScorerRun): Promise<void> {
  const calm = await scorerRun();
  await calm.put(await eventfulDay(calm));
  await calm.start();
  await calm.untilDone();
  const wanted = (await calm.verdicts()).map(({ verdict, bytes }) => [verdict.verdictId, bytes.toString('hex')]);
  expect(wanted).toHaveLength(12 * 8 + 3);
  const reasons = (await calm.verdicts()).map(({ verdict }) => verdict.reason);
  expect(reasons.filter((reason) => reason === 'shed')).toHaveLength(8);
  const found = once(await run.verdicts()).map(({ verdict, bytes }) => [verdict.verdictId, bytes.toString('hex')]);
  expect(new Map(found as [string, string][])).toEqual(new Map(wanted as [string, string][]));
  const letters = new Set((await run.letters()).map((letter) => JSON.stringify(letter)));
  const calmLetters = new Set((await calm.letters()).map((letter) => JSON.stringify(letter)));
  // A dead letter names the time of its record, which differs between the two days.
  expect(letters.size).toBe(calmLetters.size);
}

describe('a scorer that dies', () => {
  it.each(stagePoints)(
    'at every other "%s" leaves no batch without its verdict, and no id with two bytes',
    async (at) => {
      const run = await scorerRun();
      await run.put(await eventfulDay(run));
      let reached = 0;
      const dying = {
        options: { maxRecordsPerMicroBatch: 7, maxRecordsPerBatch: 14 },
        onPoint: (point: string) => {
          if (point !== at) return;
          reached += 1;
          if (reached % 2 === 1 && reached < 8) throw new Error(`dies at ${at}`);
        },
      };
      const worker = await run.start(dying);
      // What a killed process leaves to the next: the store and the topic, no cache.
      await until(() => reached >= 2);
      await worker.stop();
      await run.start(dying);
      await run.untilDone();
      expect(reached).toBeGreaterThan(4);
      // Dying between the outputs and their state is what repeats verdicts; anywhere else it would be a waste.
      expect((await run.verdicts()).length > 12 * 8 + 3).toBe(at === 'produced');
      await expectAsUndisturbed(run);
    },
  );

  it('between the states of one micro-batch goes on with the old ones where they were not written', async () => {
    const states = createFaultyStateStore(new MemoryStateStore());
    const run = await scorerRun({ states });
    await run.put(await eventfulDay(run));
    let cuts = 0;
    states.beforeApply = async () => {
      if (cuts++ % 3 === 0 && cuts < 20) states.writesUntilCut = cuts % 5;
    };
    states.cut = () => {
      throw new StoreUnavailable('cut off');
    };
    const worker = await run.start({ options: { maxRecordsPerMicroBatch: 5, attempts: 1 } });
    await until(() => cuts > 6);
    await worker.stop();
    await run.start({ options: { maxRecordsPerMicroBatch: 9, attempts: 1 } });
    await run.untilDone();
    await expectAsUndisturbed(run);
  });
});

describe('two scorers of one group', () => {
  it('share the partitions, keep the order of each subject, and hand over when one leaves', async () => {
    const run = await scorerRun({ partitions: 4 });
    const version = await run.templates.put(templateOf({ rhythm: ada, subject: first }));
    const worker = await run.start({ options: { maxRecordsPerMicroBatch: 3 } });
    const other = await run.start({ options: { maxRecordsPerMicroBatch: 3 } });
    const assigned = () => [worker, other].map((each) => each.health().consumption.assignedPartitions.length);
    await until(() => assigned().every((count) => count === 2));
    await run.put([activationRecord({ subject: first, version })]);
    for (let sequence = 0; sequence < 10; sequence++) {
      await run.put(subjects.map((subject) => typed(subject, sequence)));
      if (sequence === 5) await worker.stop();
    }
    await run.untilDone();
    expect(other.health().consumption.assignedPartitions).toEqual([0, 1, 2, 3]);
    const found = once(await run.verdicts());
    expect(found).toHaveLength(80);
    for (const subject of subjects) {
      const own = found.filter(({ verdict }) => verdict.subject === subject);
      expect(own.map(({ verdict }) => verdict.sequence)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    }
    const decided = found.filter(({ verdict }) => verdict.subject === first && verdict.decision === 'genuine');
    expect(decided).toHaveLength(9);
  });
});
