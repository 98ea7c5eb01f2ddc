import { beforeEach, describe, expect, it } from '@jest/globals';
import { feedbackLine } from '../../alerting/feedback/feedback-record.ts';
import type { Broker, OutgoingRecord } from '../../platform/broker/broker.ts';
import { createMemoryBroker } from '../../platform/broker/memory-broker.ts';
import { createManualClock, type ManualClock } from '../../platform/clock.ts';
import { MemoryKeyValueStore } from '../../platform/store/memory-key-value-store.ts';
import { createBehaviourTopicCodec } from '../../schemas/behaviour-topic.ts';
import { createDeadLetterCodec, deadLetterLimits, deadLetterOf } from '../../schemas/dead-letter.ts';
import { decodeFailures } from '../../schemas/decoded.ts';
import { createIncidentTopicCodec } from '../../schemas/incident-topic.ts';
import { topicNames } from '../../schemas/topic-names.ts';
import { revisionOf } from '../../test/fixtures/incident-fixture.ts';
import { recordsIn } from '../../test/fixtures/records-in.ts';
import { ruleOf } from '../../test/fixtures/suppression-fixture.ts';
import { ada, subjectOf, typedBatch } from '../../test/fixtures/typing-fixture.ts';
import { describeLetter } from './described-letter.ts';
import { findLetters, type LetterFilter } from './find-letters.ts';
import { adviceFor } from './reason-advice.ts';
import { replayLetters } from './replay-letters.ts';

const topics = topicNames('test.');
const subject = subjectOf('1');
const behaviour = createBehaviourTopicCodec();
const codec = createDeadLetterCodec();
const batch = behaviour.encode({ kind: 'batch', value: typedBatch({ subject, sequence: 0, rhythm: ada }) });
const control = behaviour.encode({
  kind: 'control',
  value: { tenant: 'default', subject, action: 'object', requestedAtMs: 1_700_000_000_000, by: 'test' },
});

interface Refused {
  offset: number;
  reason?: string;
  value?: Buffer;
  key?: Buffer | null;
  headers?: Record<string, string>;
  topic?: string;
}

function letter({
  offset,
  reason = 'unknown-schema',
  value = batch,
  key = Buffer.from(subject),
  headers = {},
  topic = topics.behaviour,
}: Refused) {
  const record = { topic, partition: 1, offset, key, value, headers, timestampMs: 1_700_000_000_000 };
  const encoded = codec.encode(deadLetterOf(record, { stage: 'scorer', reason, detail: 'as told', tenant: null }));
  return { topic: topics.deadLetters, key, value: encoded } satisfies OutgoingRecord;
}

const idOf = (offset: number) => `${topics.behaviour}/1/${offset}`;

let broker: Broker;
let values: MemoryKeyValueStore;
let clock: ManualClock;
let nowMs = 1_000;

beforeEach(async () => {
  nowMs = 1_000;
  broker = createMemoryBroker({ now: () => nowMs });
  clock = createManualClock(nowMs);
  values = new MemoryKeyValueStore({ clock });
  await broker.connect();
  const definition = { partitions: 2, replicationFactor: 1, config: {} };
  await broker.createTopics(Object.values(topics).map((name) => ({ name, ...definition })));
});

async function found(filter: LetterFilter = {}) {
  const letters = [];
  for await (const each of findLetters({ broker, topics, filter })) letters.push(each);
  return letters;
}

const replay = (filter: LetterFilter = {}, dryRun = false) =>
  replayLetters({
    ...{ broker, values, letters: findLetters({ broker, topics, filter }) },
    ...{ named: filter.ids !== undefined, dryRun, nowMs: () => nowMs },
  });

const nothingPassed = {
  'replayed-before': 0,
  'being-replayed': 0,
  cut: 0,
  'refused-again': 0,
  'out-of-order': 0,
  'foreign-topic': 0,
};

describe('finding dead letters', () => {
  it('gives each once, however often a crash had it written, and leaves out what is none', async () => {
    await broker.produce([letter({ offset: 5 }), letter({ offset: 5 }), letter({ offset: 6 })]);
    await broker.produce([{ topic: topics.deadLetters, key: null, value: Buffer.from('nonsense') }]);
    expect((await found()).map(({ id }) => id)).toEqual([idOf(5), idOf(6)]);
  });

  it('by reason, stage, id and time of setting aside', async () => {
    await broker.produce([letter({ offset: 1 }), letter({ offset: 2, reason: 'malformed' })]);
    nowMs = 2_000;
    await broker.produce([letter({ offset: 3 })]);
    const offsets = async (filter: LetterFilter) => (await found(filter)).map(({ letter }) => letter.source.offset);
    expect(await offsets({ reason: 'malformed' })).toEqual([2]);
    expect(await offsets({ stage: 'alerting' })).toEqual([]);
    expect(await offsets({ ids: [idOf(3), idOf(9)] })).toEqual([3]);
    expect(await offsets({ from: 1_001 })).toEqual([3]);
    expect(await offsets({ to: 2_000, reason: 'unknown-schema' })).toEqual([1]);
  });

  it('shows sizes and reasons of one, and nothing of what is in it', async () => {
    await broker.produce([letter({ offset: 1, headers: { trace: 'secret content' } })]);
    const [only] = (await found()).map(describeLetter);
    expect(only).toMatchObject({
      id: idOf(1),
      kind: 'batch',
      keyBytes: 32,
      valueBytes: batch.length,
      headers: ['trace'],
    });
    const told = JSON.stringify(only);
    expect(told).not.toContain('secret content');
    expect(told).not.toContain(batch.toString('hex').slice(0, 40));
    expect(told).not.toContain(batch.toString('base64').slice(0, 40));
  });
});

describe('the advice on a reason', () => {
  it.each([
    ...decodeFailures,
    'key-mismatch',
    'template-absent',
    'template-foreign',
    'webhook-failed',
    'too-many-rules',
    'of the future',
  ])('is there for %s', (reason) => expect(adviceFor(reason)).toMatch(/\w{4}/));
});

describe('a replay', () => {
  it('produces the original bytes under the original key and headers, says whose replay it is, and only once', async () => {
    await broker.produce([
      letter({ offset: 7, headers: { trace: 't' } }),
      letter({ offset: 8, key: Buffer.from(subject) }),
    ]);
    expect(await replay()).toEqual({ replayed: 2, passedOver: nothingPassed });
    const records = await recordsIn(broker, topics.behaviour);
    expect(records.map(({ value, key }) => [value, key?.toString()])).toEqual([
      [batch, subject],
      [batch, subject],
    ]);
    expect(records.map(({ headers }) => headers)).toEqual([
      { trace: 't', 'gaitkeeper-replay-of': idOf(7) },
      { 'gaitkeeper-replay-of': idOf(8) },
    ]);
    expect(await replay()).toEqual({ replayed: 0, passedOver: { ...nothingPassed, 'replayed-before': 2 } });
    expect(await replay({ ids: [idOf(7)] })).toMatchObject({ replayed: 0 });
    expect(await recordsIn(broker, topics.behaviour)).toHaveLength(2);
  });

  it('changes nothing in a dry run', async () => {
    await broker.produce([letter({ offset: 7 })]);
    expect(await replay({}, true)).toEqual({ replayed: 1, passedOver: nothingPassed });
    expect(await recordsIn(broker, topics.behaviour)).toEqual([]);
    expect(await replay()).toMatchObject({ replayed: 1 });
  });

  it('passes over what would be refused again or undo newer records, unless it is named; never replays what was cut', async () => {
    const tooLarge = Buffer.alloc(deadLetterLimits.valueBytes + 1);
    await broker.produce([
      letter({ offset: 1, value: Buffer.from('nonsense') }),
      letter({ offset: 2, key: Buffer.from('somebody else'), reason: 'key-mismatch' }),
      letter({ offset: 3, value: control }),
      letter({ offset: 4, value: tooLarge }),
    ]);
    const passedOver = { ...nothingPassed, cut: 1, 'refused-again': 2, 'out-of-order': 1 };
    expect(await replay()).toEqual({ replayed: 0, passedOver });
    const ids = [1, 2, 3, 4].map(idOf);
    expect(await replay({ ids })).toEqual({ replayed: 3, passedOver: { ...nothingPassed, cut: 1 } });
  });

  it('never writes to a topic that no stage reads, also where the letter is named', async () => {
    await broker.produce([letter({ offset: 5, topic: topics.templates })]);
    const ids = [`${topics.templates}/1/5`];
    const left = { replayed: 0, passedOver: { ...nothingPassed, 'foreign-topic': 1 } };
    expect([await replay(), await replay({ ids })]).toEqual([left, left]);
    expect(await recordsIn(broker, topics.templates)).toEqual([]);
  });

  it('of incidents and rules waits to be named, and a rule goes back to its own partition', async () => {
    const incidents = createIncidentTopicCodec();
    const rule = ruleOf({ subject });
    const key = Buffer.from(rule.tenant);
    const suppression = incidents.encode({ kind: 'suppression', value: rule });
    const incident = incidents.encode({ kind: 'incident', value: revisionOf({ subject }) });
    await broker.produce([
      letter({ offset: 1, topic: topics.incidents, value: incident }),
      letter({ offset: 2, topic: topics.incidents, value: suppression, key, reason: 'too-many-rules' }),
      letter({ offset: 3, topic: topics.incidents, value: suppression }),
    ]);
    expect(await replay()).toMatchObject({ replayed: 0, passedOver: { 'out-of-order': 2, 'refused-again': 1 } });
    const ids = [1, 2].map((offset) => `${topics.incidents}/1/${offset}`);
    expect(await replay({ ids })).toMatchObject({ replayed: 2 });
    const replayed = await recordsIn(broker, topics.incidents);
    expect(replayed.find((each) => each.key?.equals(key))?.partition).toBe(1);
  });

  it('of what an analyst said waits to be named, and is refused where its key is foreign', async () => {
    const said = { tenant: 'default', subject, incidentId: '1'.repeat(32), ruling: 'unsure' as const };
    const value = feedbackLine({ ...said, by: 'avery', ruledAtMs: 1 });
    await broker.produce([
      letter({ offset: 1, topic: topics.feedback, value }),
      letter({ offset: 2, topic: topics.feedback, value, key: Buffer.from('else') }),
    ]);
    const kinds = (await found()).map(({ letter, kind }) => [letter.source.offset, kind] as const);
    expect(new Map(kinds)).toEqual(
      new Map([
        [1, 'ruling'],
        [2, 'refused'],
      ] as const),
    );
    expect(await replay()).toMatchObject({ replayed: 0, passedOver: { 'out-of-order': 1, 'refused-again': 1 } });
    expect(await replay({ ids: [`${topics.feedback}/1/1`] })).toMatchObject({ replayed: 1 });
    expect((await recordsIn(broker, topics.feedback)).map((record) => record.value)).toEqual([value]);
  });

  it('that was refused again is a dead letter of its own, which names the first', async () => {
    await broker.produce([letter({ offset: 1 })]);
    await replay();
    const [record] = await recordsIn(broker, topics.behaviour);
    await broker.produce([letter({ offset: 99, headers: record?.headers ?? {} })]);
    const again = (await found()).find(({ letter }) => letter.source.offset === 99);
    expect(again).toMatchObject({ id: idOf(99), replayOf: idOf(1) });
    expect(await replay()).toMatchObject({ replayed: 1, passedOver: { 'replayed-before': 1 } });
  });

  it('produces each letter once, when two run at the same moment', async () => {
    await broker.produce(Array.from({ length: 250 }, (_, offset) => letter({ offset })));
    const [one, other] = await Promise.all([replay(), replay()]);
    expect(one.replayed + other.replayed).toBe(250);
    expect(one.replayed + one.passedOver['being-replayed'] + one.passedOver['replayed-before']).toBe(250);
    expect(await recordsIn(broker, topics.behaviour)).toHaveLength(250);
    expect(await replay()).toEqual({ replayed: 0, passedOver: { ...nothingPassed, 'replayed-before': 250 } });
  });

  it('leaves a letter to the one that has it in hand, and takes it some minutes after that one died', async () => {
    await broker.produce([letter({ offset: 7 })]);
    const letters = () => findLetters({ broker, topics, filter: {} });
    const options = { values, named: false, dryRun: false, nowMs: () => nowMs };
    await new Promise<void>((hasIt) => {
      const produce: Broker['produce'] = () => {
        hasIt();
        return new Promise(() => {}); // dies here
      };
      void replayLetters({ ...options, broker: { produce }, letters: letters() });
    });
    const left = { replayed: 0, passedOver: { ...nothingPassed, 'being-replayed': 1 } };
    expect([await replay(), await replay({}, true)]).toEqual([left, left]);
    clock.advance(5 * 60_000);
    expect(await replay()).toEqual({ replayed: 1, passedOver: nothingPassed });
  });

  it('goes on behind a broker that was away: what it had acknowledged is not produced again', async () => {
    await broker.produce(Array.from({ length: 250 }, (_, offset) => letter({ offset })));
    let calls = 0;
    const produce: Broker['produce'] = (records) =>
      ++calls === 2 ? Promise.reject(new Error('away')) : broker.produce(records);
    const letters = () => findLetters({ broker, topics, filter: {} });
    const options = { values, named: false, dryRun: false, nowMs: () => nowMs };
    await expect(replayLetters({ ...options, broker: { produce }, letters: letters() })).rejects.toThrow('away');
    expect(await replayLetters({ ...options, broker, letters: letters() })).toEqual({
      replayed: 150,
      passedOver: { ...nothingPassed, 'replayed-before': 100 },
    });
    const ids = (await recordsIn(broker, topics.behaviour)).map(({ headers }) => headers['gaitkeeper-replay-of']);
    expect(new Set(ids).size).toBe(250);
    expect(ids).toHaveLength(250);
  });
});
