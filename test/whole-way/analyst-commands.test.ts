import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { readFeedback } from '../../alerting/feedback/feedback-record.ts';
import { createTemporaryFolder, type TemporaryFolder } from '../../deploy/local/temporary-folder.ts';
import type { Broker } from '../../platform/broker/broker.ts';
import { createKafkaBroker } from '../../platform/broker/kafka-broker.ts';
import { createLogger } from '../../platform/log.ts';
import { createIncidentTopicCodec } from '../../schemas/incident-topic.ts';
import { topicNames } from '../../schemas/topic-names.ts';
import { createVerdictCodec } from '../../schemas/verdict.ts';
import { revisionOf } from '../fixtures/incident-fixture.ts';
import { recordsIn } from '../fixtures/records-in.ts';
import { verdictAt } from '../fixtures/verdict-fixture.ts';
import { describeOn, kafkaClient, realKafka } from '../servers/real-servers.ts';
import { gaitkeeper } from './command-line.ts';

const wholeMs = 180_000;

describeOn('Kafka: what an analyst types', realKafka(), ({ brokers }) => {
  const prefix = `test-${randomBytes(4).toString('hex')}.`;
  const topics = topicNames(prefix);
  const key = `k1:${randomBytes(32).toString('hex')}`;
  const env = {
    GAITKEEPER_KAFKA_BROKERS: brokers.join(','),
    GAITKEEPER_KAFKA_CLIENT: kafkaClient(),
    GAITKEEPER_TOPIC_PREFIX: prefix,
  };
  const verdict = verdictAt(7, 'impostor', 81.5);
  const incident = revisionOf({ verdictId: verdict.verdictId, openingVerdictId: verdict.verdictId });
  const { incidentId, subject } = incident;
  let broker: Broker;
  let folder: TemporaryFolder;

  const said = async (args: readonly string[], more: Record<string, string> = {}) => {
    const end = await gaitkeeper(args, { ...env, ...more });
    expect(end).toMatchObject({ exitCode: 0 });
    return end.stdout;
  };

  beforeAll(async () => {
    folder = await createTemporaryFolder('gaitkeeper-analyst-');
    const log = createLogger({ name: 'test', level: 'silent', format: 'json' });
    broker = createKafkaBroker({ brokers, client: kafkaClient(), clientId: 'test', log });
    await broker.connect();
    const used = [topics.incidents, topics.verdicts, topics.feedback, topics.alertsCef, topics.directory];
    await broker.createTopics(used.map((name) => ({ name, partitions: 2, replicationFactor: 1, config: {} })));
    await broker.produce([
      { topic: topics.verdicts, key: Buffer.from(subject), value: createVerdictCodec().encode(verdict) },
      {
        ...{ topic: topics.incidents, key: Buffer.from(subject) },
        value: createIncidentTopicCodec().encode({ kind: 'incident', value: incident }),
      },
    ]);
  }, wholeMs);

  afterAll(async () => {
    await broker?.close();
    await folder?.remove();
  });

  it(
    'explains an incident, and records what it was',
    async () => {
      const explained = await said(['alerts', 'explain', verdict.verdictId, '--quiet', '--json']);
      expect(JSON.parse(explained)).toMatchObject({ found: 'verdict', incidentId, missingVerdicts: 0 });
      await said(['feedback', incidentId, '--ruling', 'benign-known', '--by', 'avery', '--quiet']);
      const [record] = await recordsIn(broker, topics.feedback);
      expect(readFeedback(record?.value ?? null)).toMatchObject({
        ok: true,
        value: { tenant: incident.tenant, subject, incidentId, ruling: 'benign-known', by: 'avery' },
      });
    },
    wholeMs,
  );

  it(
    'gives a rule, lists it and takes it back',
    async () => {
      const scope = ['--subject', subject, '--owner', 'soc', '--reason', 'a broken arm', '--for', '7d'];
      const { ruleId } = JSON.parse(await said(['suppress', 'add', ...scope, '--json'])) as { ruleId: string };
      expect(await said(['suppress', 'list', '--quiet'])).toMatch(new RegExp(`${ruleId}  in-force.*kept back: 0`));
      await said(['suppress', 'remove', ruleId, '--quiet']);
      expect(JSON.parse(await said(['suppress', 'list', '--all', '--quiet', '--json']))).toMatchObject([
        { rule: { ruleId }, standing: 'removed' },
      ]);
    },
    wholeMs,
  );

  it(
    'writes samples that can be read again, and people that cannot',
    async () => {
      await said(['alerts', 'emit-sample', '--format', 'cef', '--count', '3']);
      const lines = (await said(['alerts', 'tail', '--format', 'cef', '--until-end'])).trim().split('\n');
      expect(lines).toHaveLength(3);
      expect(lines.filter((line) => line.startsWith('CEF:0|gaitkeeper|'))).toHaveLength(3);
      const people = join(folder.path, 'people.jsonl');
      await writeFile(people, `{"pseudonym":"${subject}","name":"avery-the-sealed"}\n`);
      const secret = { GAITKEEPER_ALERT_DIRECTORY_KEYS: key };
      expect(await said(['directory', 'seal', '--people', people, '--quiet'], secret)).toContain('1 entries');
      await said(['directory', 'forget', subject]);
      const [sealed, forgotten] = await recordsIn(broker, topics.directory);
      expect(sealed?.value?.toString('latin1')).not.toContain('avery');
      expect([forgotten?.key, forgotten?.value]).toEqual([sealed?.key, null]);
    },
    wholeMs,
  );
});
