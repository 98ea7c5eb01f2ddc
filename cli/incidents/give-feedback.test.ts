import { afterEach, describe, expect, it } from '@jest/globals';
import { readFeedback } from '../../alerting/feedback/feedback-record.ts';
import type { Broker } from '../../platform/broker/broker.ts';
import { createMemoryBroker } from '../../platform/broker/memory-broker.ts';
import { createIncidentTopicCodec } from '../../schemas/incident-topic.ts';
import { topicNames } from '../../schemas/topic-names.ts';
import { revisionOf } from '../../test/fixtures/incident-fixture.ts';
import { recordsIn } from '../../test/fixtures/records-in.ts';
import { findIncident } from './find-incident.ts';
import { giveFeedback } from './give-feedback.ts';

const topics = topicNames('test.');
const codec = createIncidentTopicCodec();
const brokers: Broker[] = [];
afterEach(async () => {
  for (const broker of brokers.splice(0)) await broker.close();
});

async function installation() {
  const broker = createMemoryBroker();
  brokers.push(broker);
  await broker.connect();
  const definition = { partitions: 2, replicationFactor: 1, config: {} };
  await broker.createTopics([topics.incidents, topics.feedback].map((name) => ({ name, ...definition })));
  const revisions = [
    revisionOf({ incidentId: '9'.repeat(32), subject: 'd'.repeat(32), tenant: 'other' }),
    revisionOf({ revision: 2, state: 'escalated' }),
    revisionOf({ revision: 1 }),
    revisionOf({ revision: 2, state: 'escalated' }),
  ];
  await broker.produce(
    revisions.map((value) => ({
      topic: topics.incidents,
      key: Buffer.from(value.subject),
      value: codec.encode({ kind: 'incident', value }),
    })),
  );
  return broker;
}

describe('feedback by command line', () => {
  it('is written for the tenant and the subject of the incident, under the subject', async () => {
    const broker = await installation();
    const given = {
      incidentId: '9'.repeat(32),
      ruling: 'benign-known' as const,
      by: 'avery',
      ruledAtMs: 1_790_000_000_000,
    };
    const ruling = { ...given, tenant: 'other', subject: 'd'.repeat(32) };
    const recorded = await giveFeedback({ broker, topics }, given);
    expect(recorded).toMatchObject({ ruling, recordedAt: { topic: topics.feedback, offset: 0 } });
    const [record] = await recordsIn(broker, topics.feedback);
    expect(record?.key?.toString()).toBe('d'.repeat(32));
    expect(readFeedback(record?.value ?? null)).toEqual({ ok: true, value: ruling });
  });

  it('on an incident that nobody knows, or by nobody who can be named, is refused and written nowhere', async () => {
    const broker = await installation();
    const given = { incidentId: '9'.repeat(32), ruling: 'unsure' as const, by: 'avery', ruledAtMs: 1 };
    const unknown = giveFeedback({ broker, topics }, { ...given, incidentId: '8'.repeat(32) });
    await expect(unknown).rejects.toThrow(/no incident has the id 8{32}\n {2}fix: /);
    await expect(giveFeedback({ broker, topics }, { ...given, by: 'a\nb' })).rejects.toThrow('by contains');
    expect(await recordsIn(broker, topics.feedback)).toEqual([]);
  });

  it('finds each revision of an incident once, first to last', async () => {
    const broker = await installation();
    const read: number[] = [];
    const revisions = await findIncident(
      { broker, topic: topics.incidents, onRead: (records) => read.push(records) },
      '1'.repeat(32),
    );
    expect(revisions.map(({ revision }) => revision)).toEqual([1, 2]);
    expect(read.at(-1)).toBe(4);
  });
});
