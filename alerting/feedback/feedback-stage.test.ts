import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { rulingWords } from '../../detection/words/verdict.ts';
import type { ConsumedRecord } from '../../platform/broker/broker.ts';
import { createMemoryBroker } from '../../platform/broker/memory-broker.ts';
import { createMetrics } from '../../platform/metrics.ts';
import { createKeyedStageRunner } from '../../platform/stage/run-keyed-stage.ts';
import { MemoryStateStore } from '../../platform/store/memory-state-store.ts';
import { type AnalystRuling, problemOfRuling } from '../../schemas/analyst-ruling.ts';
import { createBehaviourTopicCodec } from '../../schemas/behaviour-topic.ts';
import { createDeadLetterCodec } from '../../schemas/dead-letter.ts';
import { quickOptions, until } from '../../test/contracts/staged-run.ts';
import { createCapturedLog } from '../../test/fixtures/captured-log.ts';
import { recordsIn } from '../../test/fixtures/records-in.ts';
import { feedbackLine, readFeedback } from './feedback-record.ts';
import { createFeedbackStage } from './feedback-stage.ts';

const topics = { feedback: 'feedback', behaviour: 'behaviour', deadLetters: 'dead' };
const subject = 'a'.repeat(32);

function ruled(given: Partial<AnalystRuling> = {}): AnalystRuling {
  const ruling = { tenant: 'acme', subject, incidentId: '1'.repeat(32), ruling: 'false-positive' as const };
  return { ...ruling, by: 'avery', ruledAtMs: 1_790_000_000_000, ...given };
}

const hex = fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => Buffer.from(bytes).toString('hex'));
const anyRuling: fc.Arbitrary<AnalystRuling> = fc
  .record({
    tenant: fc.string({ unit: 'grapheme', maxLength: 64 }),
    subject: hex,
    incidentId: hex,
    ruling: fc.constantFrom(...rulingWords),
    by: fc.string({ unit: 'grapheme', maxLength: 128 }),
    ruledAtMs: fc.nat(),
  })
  .filter((ruling) => problemOfRuling(ruling) === undefined);

describe('a record of the feedback topic', () => {
  it('is read back as it was written, whatever it says', () => {
    fc.assert(
      fc.property(anyRuling, (ruling) => {
        expect(readFeedback(feedbackLine(ruling))).toEqual({ ok: true, value: ruling });
      }),
    );
  });

  it.each([
    ['empty', null],
    ['not-json', '{'],
    ['malformed', '[]'],
    ['malformed', JSON.stringify({ ...ruled(), ruling: 'dismissed' })],
    ['unknown-field', JSON.stringify({ ...ruled(), sentTo: 'somebody@example.org' })],
    ['out-of-range', JSON.stringify(ruled({ subject: 'A'.repeat(32) }))],
    ['out-of-range', JSON.stringify(ruled({ by: 'two\nlines' }))],
    ['too-large', ' '.repeat(5_000)],
  ])('is refused as %s, and cited nowhere', (reason, text) => {
    const read = readFeedback(text === null ? null : Buffer.from(text));
    expect(read).toMatchObject({ ok: false, reason });
    expect(JSON.stringify(read)).not.toMatch(/somebody|dismissed|lines/);
  });

  it('never makes the reader throw', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), (text) => {
        expect(typeof readFeedback(Buffer.from(text)).ok).toBe('boolean');
      }),
    );
  });
});

describe('the feedback stage', () => {
  const stage = createFeedbackStage({ topics, group: 'g', metrics: createMetrics(), log: createCapturedLog().log });
  const states = { get: () => null, set: () => undefined };
  const recordOf = (value: Buffer | null, key = subject): ConsumedRecord => {
    const position = { topic: topics.feedback, partition: 0, offset: 3, headers: {}, timestampMs: 1 };
    return { ...position, key: Buffer.from(key), value };
  };

  it('sets aside what stands under a foreign key, or is broken, with what is known of it', () => {
    const foreign = recordOf(feedbackLine(ruled()), 'b'.repeat(32));
    expect(stage.step(foreign, states)).toMatchObject({ kind: 'dead-letter', reason: 'key-mismatch' });
    expect(stage.step(recordOf(Buffer.from('{}')), states)).toMatchObject({ reason: 'malformed' });
    const letter = stage.deadLetter(foreign, 'key-mismatch', 'as told');
    expect(createDeadLetterCodec().decode(letter.value)).toMatchObject({
      ok: true,
      value: { stage: 'alerting-feedback', tenant: 'acme', reason: 'key-mismatch' },
    });
  });

  it('writes the same bytes for the same record, under the subject', () => {
    fc.assert(
      fc.property(anyRuling, (ruling) => {
        const record = recordOf(feedbackLine(ruling), ruling.subject);
        const made = stage.step(record, states);
        expect(made).toEqual(stage.step(record, states));
        expect(made).toMatchObject({ kind: 'emit', records: [{ key: Buffer.from(ruling.subject) }] });
      }),
    );
  });

  it('hands every ruling on to the behaviour topic in the order in which it was given', async () => {
    const broker = createMemoryBroker();
    await broker.connect();
    const definition = { partitions: 2, replicationFactor: 1, config: {} };
    await broker.createTopics(Object.values(topics).map((name) => ({ name, ...definition })));
    const { log, lines } = createCapturedLog();
    const metrics = createMetrics();
    const running = createFeedbackStage({ topics, group: 'g', metrics, log });
    const store = new MemoryStateStore();
    const runner = createKeyedStageRunner({ stage: running, broker, store, log, metrics, options: quickOptions });
    const given = rulingWords.map((ruling, ruledAtMs) => ruled({ ruling, ruledAtMs }));
    const lineOf = (value: Buffer) => ({ topic: topics.feedback, key: Buffer.from(subject), value });
    await broker.produce([...given.map((each) => lineOf(feedbackLine(each))), lineOf(Buffer.from('broken'))]);
    await runner.start();
    await until(async () => (await recordsIn(broker, topics.deadLetters)).length > 0);
    await runner.stop();
    const codec = createBehaviourTopicCodec();
    const told = (await recordsIn(broker, topics.behaviour)).map(({ value }) => codec.decode(value));
    expect(told).toEqual(given.map((value) => ({ ok: true, value: { kind: 'ruling', value } })));
    expect(await metrics.exposition()).toContain('gaitkeeper_feedback_rulings_total{ruling="false-positive"} 1');
    expect(lines.join('')).not.toMatch(/avery|aaaaaaaa/);
    await broker.close();
  });
});
