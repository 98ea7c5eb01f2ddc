import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { findLetters } from '../../cli/dead-letters/find-letters.ts';
import { replayLetters } from '../../cli/dead-letters/replay-letters.ts';
import { readLiveVerdicts } from '../../cli/rescore/live-verdicts.ts';
import { rescore } from '../../cli/rescore/rescore.ts';
import { createShadowTopic } from '../../cli/rescore/shadow-topic.ts';
import { readTopicDefinitions, topicsFile } from '../../cli/topic-definitions.ts';
import { readKafkaAccounts } from '../../deploy/kafka-accounts.ts';
import { createKafkaBroker, type KafkaBroker } from '../../platform/broker/kafka-broker.ts';
import { systemClock } from '../../platform/clock.ts';
import { createMetrics } from '../../platform/metrics.ts';
import { MemoryKeyValueStore } from '../../platform/store/memory-key-value-store.ts';
import { MemoryStateStore } from '../../platform/store/memory-state-store.ts';
import { topicNames } from '../../schemas/topic-names.ts';
import { createVerdictCodec } from '../../schemas/verdict.ts';
import { createScorerMetrics } from '../../scorer/scorer-metrics.ts';
import { createScorerStage } from '../../scorer/scorer-stage.ts';
import { createTemplateCache } from '../../templates/template-cache.ts';
import { createTemplateChangelog } from '../../templates/template-changelog.ts';
import { createTemplateStore } from '../../templates/template-store.ts';
import { readVerdictHistory } from '../../training/verdict-history.ts';
import { verifyRun } from '../../verifier/verify-run.ts';
import { createCapturedLog } from '../fixtures/captured-log.ts';
import { recordsIn } from '../fixtures/records-in.ts';
import { templateOf } from '../fixtures/template-fixture.ts';
import { ada, subjectOf, typedBatch } from '../fixtures/typing-fixture.ts';
import { type GuardedKafka, grantRights } from '../servers/grant-rights.ts';
import { startInProcess } from '../whole-way/in-process-system.ts';
import { eventually } from './eventually.ts';

const prefix = 'gaitkeeper.';
const topics = topicNames(prefix);
const accounts = readKafkaAccounts(prefix);
const password = 'of this account';
const subject = subjectOf('a');
const wholeMs = 120_000;

/** Of every account of `deploy/acls.yaml`, for the broker's list of users. */
export const accountPasswords = Object.fromEntries(accounts.map(({ name }) => [name, password]));

/** Every account of `deploy/acls.yaml` does its work with the rights that stand there, and what is another's is refused. */
export function describeAccounts(kafkaOf: () => GuardedKafka): void {
  describe('with the rights of deploy/acls.yaml', () => {
    const open: KafkaBroker[] = [];
    const { log, lines } = createCapturedLog();
    const refused = /AUTHORIZATION|may not|grant/i;

    async function as(username: string, produceTimeoutMs = 20_000): Promise<KafkaBroker> {
      const { brokers, authority: ca } = kafkaOf();
      const sasl = { mechanism: 'plain', username, password } as const;
      const broker = createKafkaBroker({ brokers, tls: { ca }, sasl, produceTimeoutMs, log });
      open.push(broker);
      await broker.connect();
      return broker;
    }
    const accountOf = (command: string): string => {
      const found = accounts.find(({ runs }) => runs.includes(command));
      if (found === undefined) throw new Error(`no account runs ${command}`);
      return found.name;
    };

    /** The three processes and who activates, each under its own account; what they keep is gone with them. */
    async function start() {
      const [broker, ingest, scorer, alerting, train] = await Promise.all(
        ['topics apply', 'ingest', 'scorer', 'alerting', 'train'].map((command) => as(accountOf(command))),
      );
      if (!broker || !ingest || !scorer || !alerting || !train) throw new Error('not connected');
      const [states, values] = [new MemoryStateStore(), new MemoryKeyValueStore()];
      const settings = { ingestLadder: true, topicPrefix: prefix };
      const system = await startInProcess({
        ...{ broker, brokers: { ingest, scorer, alerting, train }, states, values, settings },
      });
      return { system, values };
    }

    beforeAll(async () => {
      await grantRights(kafkaOf(), accounts);
      const admin = await as(accountOf('topics apply'));
      const definitions = readTopicDefinitions(topicsFile, { prefix, replicationFactor: 1, partitions: 2 });
      await admin.createTopics(definitions);
      expect(await admin.describeTopics(definitions.map(({ name }) => name))).toHaveLength(definitions.length);
    }, wholeMs);

    afterAll(() => Promise.all(open.map((broker) => broker.close())));

    it(
      'batches become verdicts, what cannot be read dead letters; also after everything but Kafka is lost',
      async () => {
        const verify = await as(accountOf('verify'));
        const settled = async (): Promise<boolean> => {
          const behind = async (group: string, topic: string) => {
            const [ends, done] = [await verify.offsets(topic), await verify.committedOffsets(group, topic)];
            return ends.some(({ high }, partition) => high > Math.max(0, done[partition]?.offset ?? -1));
          };
          return (
            !(await behind('gaitkeeper-scorer', topics.behaviour)) &&
            !(await behind('gaitkeeper-alerting', topics.verdicts))
          );
        };
        const ingest = await as(accountOf('ingest'));
        expect(await ingest.describeTopics([topics.behaviour])).toHaveLength(1); // as /readyz does
        expect(await ingest.committedOffsets('gaitkeeper-scorer', topics.behaviour)).toHaveLength(2);

        const replayer = await as(accountOf('dead-letters replay'));
        for (const from of [0, 4]) {
          const { system } = await start();
          if (from === 0) await system.activate(templateOf({ rhythm: ada, subject }));
          for (let sequence = from; sequence < from + 4; sequence++) {
            expect(await system.send(typedBatch({ subject, sequence, rhythm: ada }))).toMatchObject({ status: 202 });
          }
          // Past the gateway and the scorer.
          await replayer.produce(
            [topics.behaviour, topics.verdicts].map((topic) => ({
              ...{ topic, key: Buffer.from('k'), value: Buffer.from('nonsense') },
            })),
          );
          await eventually('everything is judged', settled);
          await system.stop();
        }
        const subscriber = await as(accountOf('tail'));
        const codec = createVerdictCodec();
        const verdicts = (await recordsIn(subscriber, topics.verdicts)).flatMap(({ value }) => {
          const read = codec.decode(value);
          return read.ok ? [read.value] : [];
        });
        expect(verdicts.map(({ sequence }) => sequence)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
        expect(new Set(verdicts.map(({ templateKind }) => templateKind))).toEqual(new Set(['own']));
        expect(await recordsIn(subscriber, topics.deadLetters)).toHaveLength(4);
        await recordsIn(subscriber, topics.alerts);
        expect(lines.filter((line) => refused.test(line))).toEqual([]);
      },
      wholeMs,
    );

    it(
      'the commands read what they need, and write where they may',
      async () => {
        const storeOf = (broker: KafkaBroker) =>
          createTemplateStore({
            values: new MemoryKeyValueStore(),
            changelog: createTemplateChangelog({ broker, topic: topics.templates }),
          });
        const report = await verifyRun({
          ...{ broker: await as(accountOf('verify')), topics, states: null, settled: true },
          groups: { scorer: 'gaitkeeper-scorer', alerting: 'gaitkeeper-alerting' },
          templates: storeOf(await as(accountOf('verify'))),
        });
        // The two records of nonsense are no verdicts.
        expect(report).toMatchObject({ batches: 8, verdicts: 8, lost: 0, unexpected: 2 });

        const history = await readVerdictHistory({
          ...{ broker: await as(accountOf('train')), topic: topics.verdicts, codec: createVerdictCodec() },
        });
        expect(history.verdicts).toBe(10);

        const rescorer = await as(accountOf('rescore'));
        const into = `${prefix}verdicts-shadow.v1`;
        await createShadowTopic(rescorer, topics, into);
        const stage = createScorerStage({
          ...{ topics: { ...topics, verdicts: into }, group: 'none', log },
          templates: createTemplateCache({ store: storeOf(rescorer) }),
          metrics: createScorerMetrics(createMetrics()),
        });
        const live = await readLiveVerdicts({ broker: rescorer, topics, partition: undefined });
        const produce = (records: Parameters<KafkaBroker['produce']>[0]) => rescorer.produce(records);
        const rescored = await rescore({ broker: rescorer, stage, live, window: {}, clock: systemClock, produce });
        expect(rescored).toMatchObject({ verdicts: 8, sameDecision: 8 });

        const replayer = await as(accountOf('dead-letters replay'));
        const letters = findLetters({ broker: replayer, topics, filter: {} });
        const values = new MemoryKeyValueStore();
        const given = { broker: replayer, values, letters, named: true, dryRun: false, nowMs: Date.now };
        expect(await replayLetters(given)).toMatchObject({ replayed: 4 });
        expect(lines.filter((line) => refused.test(line))).toEqual([]);
      },
      wholeMs,
    );

    it.each(accounts)(
      '$name may not write or read what is not its own',
      async ({ name, rights }) => {
        const broker = await as(name, 2_000);
        const mayDo = (topic: string, operation: 'Read' | 'Write') =>
          rights.some(
            (right) =>
              right.resource === 'topic' &&
              (right.isPrefix ? topic.startsWith(right.name) : topic === right.name) &&
              right.operations.includes(operation),
          );
        const forbidden = (operation: 'Read' | 'Write') =>
          [...Object.values(topics), 'payroll'].filter((topic) => !mayDo(topic, operation));
        const [write] = forbidden('Write');
        const [read] = forbidden('Read');
        expect([write, read]).not.toContain(undefined);
        const produced = broker.produce([{ topic: write ?? '', key: Buffer.from('k'), value: Buffer.from('v') }]);
        await expect(produced).rejects.toThrow(refused);
        await expect(recordsIn(broker, read ?? '')).rejects.toThrow(refused);
      },
      wholeMs,
    );
  });
}
