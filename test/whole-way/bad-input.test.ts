import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createMemoryBroker } from '../../platform/broker/memory-broker.ts';
import { MemoryKeyValueStore } from '../../platform/store/memory-key-value-store.ts';
import { MemoryStateStore } from '../../platform/store/memory-state-store.ts';
import { createBehaviourBatchCodec } from '../../schemas/behaviour-batch.ts';
import { createDeadLetterCodec, deadLetterOf } from '../../schemas/dead-letter.ts';
import { eventually } from '../contracts/eventually.ts';
import { templateOf } from '../fixtures/template-fixture.ts';
import { ada, bob, subjectOf, typedBatch } from '../fixtures/typing-fixture.ts';
import { hostileBatches } from '../samples/hostile-corpus.ts';
import { decidedOf, type InProcessSystem, startInProcess } from './in-process-system.ts';

// What is away is in redis-away.test.ts and kafka-away.test.ts; every way to break a body or a token, one by one, in
// test/ingest/bodies.test.ts and test/ingest/tokens.test.ts; the time that hostile bytes may take in schemas/.
const codec = createBehaviourBatchCodec();
const good = codec.encode(typedBatch({ subject: subjectOf('1'), sequence: 0, rhythm: ada }));

function hostile(name: string): Buffer {
  const found = hostileBatches().find((body) => body.name === name);
  if (found === undefined) throw new Error(`the hostile corpus has no "${name}"`);
  return found.bytes;
}

function ofAnotherTopic(): Buffer {
  const record = { topic: 't', partition: 0, offset: 0, key: null, value: good, headers: {}, timestampMs: 0 };
  return createDeadLetterCodec().encode(deadLetterOf(record, { stage: 'scorer', reason: 'r', detail: 'd' }));
}

interface BadBody {
  name: string;
  bytes: Buffer;
  /** What the gateway answers. */
  status: number;
  outcome: string;
  /** Why the scorer sets the same bytes aside where somebody wrote them past the gateway. */
  reason: string;
}

const badBodies: BadBody[] = [
  { name: 'truncated', bytes: good.subarray(0, -3), status: 400, outcome: 'malformed', reason: 'truncated' },
  {
    name: 'oversized',
    bytes: hostile('one megabyte of zeros'),
    status: 413,
    outcome: 'body-too-large',
    reason: 'too-large',
  },
  {
    name: 'of a schema that belongs elsewhere',
    bytes: ofAnotherTopic(),
    status: 400,
    outcome: 'schema-unknown',
    reason: 'unknown-schema',
  },
  {
    name: 'of a future schema',
    bytes: hostile('future schema'),
    status: 400,
    outcome: 'schema-unknown',
    reason: 'unknown-schema',
  },
  {
    name: 'with NaN',
    bytes: hostile('NaN as timer resolution'),
    status: 400,
    outcome: 'out-of-range',
    reason: 'out-of-range',
  },
  {
    name: 'with a negative time',
    bytes: hostile('hold of -5 ms'),
    status: 400,
    outcome: 'out-of-range',
    reason: 'out-of-range',
  },
  {
    name: 'with an array of 50 million',
    bytes: hostile('50 million keystrokes declared'),
    status: 400,
    outcome: 'out-of-range',
    reason: 'too-many-items',
  },
  {
    name: 'with 50 million of something in four bytes',
    bytes: hostile('four bytes that declare 50 million'),
    status: 400,
    outcome: 'malformed',
    reason: 'truncated',
  },
];

const answered = (outcome: string) => `gaitkeeper_ingest_requests_total{outcome="${outcome}"}`;
const setAside = (reason: string) => `gaitkeeper_stage_dead_letters_total{stage="scorer",reason="${reason}"}`;

let system: InProcessSystem;
const broker = createMemoryBroker();

beforeAll(async () => {
  await broker.connect();
  system = await startInProcess({ broker, states: new MemoryStateStore(), values: new MemoryKeyValueStore() });
});

afterAll(async () => {
  await system.stop();
  await broker.close();
});

/** How much a counter grew meanwhile. */
async function growth(series: string, action: () => Promise<unknown>): Promise<number> {
  const before = await system.counted(series);
  await action();
  return (await system.counted(series)) - before;
}

describe('a body', () => {
  it.each(badBodies)('$name is refused with the fix, counted, and recorded nowhere', async (body) => {
    const recordedBefore = (await broker.offsets(system.topics.behaviour)).map(({ high }) => high);
    const token = await system.tokenFor({ device: subjectOf('d'), subjects: [subjectOf('1')] });
    const counted = await growth(answered(body.outcome), async () => {
      const answer = await system.post(body.bytes, token);
      expect(answer).toMatchObject({ status: body.status, outcome: body.outcome });
      expect(answer.fix).not.toBe('');
    });
    expect(counted).toBe(1);
    expect((await broker.offsets(system.topics.behaviour)).map(({ high }) => high)).toEqual(recordedBefore);
  });
});

describe('a record that came past the gateway', () => {
  it.each(badBodies)(
    '$name is set aside with reason and bytes, counted, and holds up nobody',
    async ({ name, bytes, reason }) => {
      const key = subjectOf('2');
      const lettersBefore = (await system.deadLetters()).length;
      const verdictsBefore = (await system.verdicts()).length;
      const counted = await growth(setAside(reason), async () => {
        await system.write(key, bytes);
        await eventually('the scorer is through', () => system.settled());
      });
      expect(counted).toBe(1);
      const letters = await system.deadLetters();
      expect(letters).toHaveLength(lettersBefore + 1);
      const letter = letters.find(
        ({ originalValueBytes, originalValue }) =>
          originalValueBytes === bytes.length && originalValue?.equals(bytes.subarray(0, originalValue.length)),
      );
      expect([name, letter]).toMatchObject([name, { stage: 'scorer', reason, tenant: null }]);
      expect(letter?.detail).not.toBe('');
      expect(await system.verdicts()).toHaveLength(verdictsBefore);

      const sequence = badBodies.findIndex((body) => body.name === name);
      const next = typedBatch({ subject: key, sequence, rhythm: ada, tenant: 'acme' });
      await system.write(key, codec.encode(next));
      await eventually('the scorer is through', () => system.settled());
      expect(await system.verdicts()).toHaveLength(verdictsBefore + 1);
    },
  );

  it("under another subject's key is set aside: it would be judged as somebody new", async () => {
    const batch = typedBatch({ subject: subjectOf('3'), sequence: 0, rhythm: ada });
    const counted = await growth(setAside('key-mismatch'), async () => {
      await system.write(subjectOf('4'), codec.encode(batch));
      await eventually('the scorer is through', () => system.settled());
    });
    expect(counted).toBe(1);
  });
});

describe('a subject that nobody knows', () => {
  it('is undecided, never genuine', async () => {
    const undecided = 'gaitkeeper_verdicts_total{decision="undecided",template="none"}';
    const subject = subjectOf('a');
    const counted = await growth(undecided, async () => {
      for (let sequence = 0; sequence < 12; sequence++) {
        const batch = typedBatch({ subject, sequence, rhythm: ada, device: subjectOf('8') });
        expect(await system.send(batch)).toMatchObject({ status: 202, outcome: 'accepted' });
      }
      await eventually('the scorer is through', () => system.settled());
    });
    expect(counted).toBe(12);
    const decided = decidedOf(await system.verdicts()).filter(
      (verdict) => verdict.subject === system.pseudonymOf(subject),
    );
    expect(decided).toHaveLength(12);
    for (const verdict of decided) {
      expect(verdict).toMatchObject({ decision: 'undecided', reason: 'enrolling', templateKind: 'none' });
    }
  });

  it('and that the token does not name is refused', async () => {
    const token = await system.tokenFor({ device: subjectOf('d'), subjects: [subjectOf('1')] });
    const counted = await growth(answered('subject-not-allowed'), async () => {
      const batch = typedBatch({ subject: subjectOf('9'), sequence: 0, rhythm: ada });
      const answer = await system.post(codec.encode(batch), token);
      expect(answer).toMatchObject({ status: 403, outcome: 'subject-not-allowed' });
      expect(answer.fix).toContain('subjects');
    });
    expect(counted).toBe(1);
  });
});

describe('a token', () => {
  const batch = typedBatch({ subject: subjectOf('1'), sequence: 50, rhythm: ada });

  it('that has expired is refused, with the fix', async () => {
    const claims = { device: batch.device, subjects: [batch.subject], issuedAtMs: Date.now() - 3_600_000 };
    const token = await system.tokenFor(claims);
    const counted = await growth(answered('token-expired'), async () => {
      const answer = await system.post(codec.encode(batch), token);
      expect(answer).toMatchObject({ status: 401, outcome: 'token-expired' });
      expect(answer.fix).toContain('Fetch a new device token');
    });
    expect(counted).toBe(1);
  });

  it('of another device is refused, with the fix', async () => {
    const token = await system.tokenFor({ device: subjectOf('e'), subjects: [batch.subject] });
    const counted = await growth(answered('device-mismatch'), async () => {
      const answer = await system.post(codec.encode(batch), token);
      expect(answer).toMatchObject({ status: 403, outcome: 'device-mismatch' });
      expect(answer.fix).toContain('token of the device');
    });
    expect(counted).toBe(1);
  });
});

describe('a batch that comes again', () => {
  const subject = subjectOf('b');
  const device = subjectOf('7');
  const batchOf = (sequence: number) => typedBatch({ subject, sequence, rhythm: ada, device });
  const ownVerdicts = async () =>
    decidedOf(await system.verdicts()).filter((verdict) => verdict.subject === system.pseudonymOf(subject));

  it('through the gateway is answered as a duplicate, counted and judged once', async () => {
    await system.activate(templateOf({ rhythm: ada, subject }));
    const counted = await growth(answered('duplicate'), async () => {
      expect(await system.send(batchOf(0))).toMatchObject({ status: 202, outcome: 'accepted' });
      expect(await system.send(batchOf(0))).toMatchObject({ status: 200, outcome: 'duplicate' });
    });
    expect(counted).toBe(1);
    await eventually('the scorer is through', () => system.settled());
    expect(await ownVerdicts()).toHaveLength(1);
  });

  it('with other behaviour under its sequence is refused: nobody may rewrite the past', async () => {
    const counted = await growth(answered('sequence-reused'), async () => {
      const answer = await system.send(typedBatch({ subject, sequence: 0, rhythm: bob, device }));
      expect(answer).toMatchObject({ status: 409, outcome: 'sequence-reused' });
      expect(answer.fix).not.toBe('');
    });
    expect(counted).toBe(1);
  });

  it('past the gateway is undecided, a duplicate, and counts for nobody', async () => {
    for (let sequence = 1; sequence < 6; sequence++) await system.send(batchOf(sequence));
    await eventually('the scorer is through', () => system.settled());
    expect((await ownVerdicts()).at(-1)).toMatchObject({ decision: 'genuine' });
    const captured = (await system.recorded()).filter((batch) => batch.subject === system.pseudonymOf(subject));
    expect(captured).toHaveLength(6);
    for (const batch of captured) await system.write(batch.subject, codec.encode(batch));
    await eventually('the scorer is through', () => system.settled());
    const again = (await ownVerdicts()).slice(6);
    expect(again).toHaveLength(6);
    for (const verdict of again) expect(verdict).toMatchObject({ decision: 'undecided', reason: 'duplicate', risk: 0 });
  });
});
