import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type LocalKafka, startLocalKafka } from '../../deploy/local/local-kafka.ts';
import { mountSmallDisk, type SmallDisk, smallDiskAvailable } from '../../deploy/local/small-disk.ts';
import type { Broker } from '../../platform/broker/broker.ts';
import { createKafkaBroker } from '../../platform/broker/kafka-broker.ts';
import { MemoryKeyValueStore } from '../../platform/store/memory-key-value-store.ts';
import { MemoryStateStore } from '../../platform/store/memory-state-store.ts';
import { eventually } from '../contracts/eventually.ts';
import { ada, subjectOf, typedBatch } from '../fixtures/typing-fixture.ts';
import { describeOn, kafkaClient, realKafkaOfOurOwn } from '../servers/real-servers.ts';
import { decidedOf, type InProcessSystem, startInProcess } from './in-process-system.ts';

const subject = subjectOf('a');
const diskMebibytes = 48;
/** Room for a hundred records. */
const leftOnDiskBytes = 96 * 1024;
const mostBatchesUntilFull = 1_000;
const outageMs = 150_000;
const unanswered = 'gaitkeeper_ingest_requests_total{outcome="broker-unavailable"}';

describeOn('Kafka of its own', realKafkaOfOurOwn(), () => {
  const small = smallDiskAvailable();
  let disk: SmallDisk | undefined;
  let kafka: LocalKafka;
  let broker: Broker;
  let system: InProcessSystem;
  let nextSequence = 0;
  const acknowledged: number[] = [];

  beforeAll(async () => {
    disk = small.ok ? mountSmallDisk(diskMebibytes) : undefined;
    kafka = await startLocalKafka({
      ...(disk === undefined ? {} : { dataDir: disk.path }),
      properties: {
        'log.index.size.max.bytes': '65536',
        // A broker that was killed is let in again when its former session has ended.
        'broker.session.timeout.ms': '2000',
        'broker.heartbeat.interval.ms': '500',
      },
    });
    broker = createKafkaBroker({
      ...{ brokers: kafka.brokers, client: kafkaClient(), produceTimeoutMs: 3_000, requestTimeoutMs: 3_000 },
    });
    await broker.connect();
    system = await startInProcess({
      broker,
      states: new MemoryStateStore(),
      values: new MemoryKeyValueStore(),
      settings: { ingestAcknowledgeTimeoutMs: 2_000, kafkaSessionTimeoutMs: 6_000 },
    });
  }, outageMs);

  afterAll(async () => {
    await system?.stop();
    await broker?.close();
    await kafka?.stop();
    disk?.remove();
  }, outageMs);

  /** Sends a batch; it counts as acknowledged where the gateway says so. */
  async function send(sequence: number) {
    const answer = await system.send(typedBatch({ subject, sequence, rhythm: ada }));
    if (answer.status === 202 || answer.status === 200) acknowledged.push(sequence);
    return answer;
  }

  async function expectRefusalForNow(sequence: number): Promise<void> {
    const answer = await send(sequence);
    expect(answer).toMatchObject({ status: 503, outcome: 'broker-unavailable' });
    expect(answer.retryAfterSeconds).toBeGreaterThanOrEqual(1);
    expect(answer.fix).toContain('Keep the batch');
  }

  /** What the collector kept is taken in the end, and nothing that was acknowledged is missing or judged twice. */
  async function expectNothingLost(kept: readonly number[]): Promise<void> {
    for (const sequence of kept) {
      await eventually('the gateway takes what was kept', async () => (await send(sequence)).status < 300, 60_000);
    }
    await eventually('scorer and alerting are through', () => system.settled(), 60_000);
    const recorded = new Set((await system.recorded()).map(({ sequence }) => sequence));
    expect(acknowledged.filter((sequence) => !recorded.has(sequence))).toEqual([]);
    const judged = decidedOf(await system.verdicts()).filter(({ reason }) => reason !== 'duplicate');
    expect(judged.map(({ sequence }) => sequence).sort((a, b) => a - b)).toEqual([...recorded].sort((a, b) => a - b));
    expect(judged.filter(({ decision }) => decision === 'genuine')).toEqual([]);
    expect(await system.deadLetters()).toEqual([]);
  }

  it(
    'that is stopped makes the gateway say so and acknowledge nothing; work goes on when it is back',
    async () => {
      for (; nextSequence < 5; nextSequence++) expect((await send(nextSequence)).status).toBe(202);
      await eventually('scorer and alerting are through', () => system.settled());
      await kafka.halt();
      const before = await system.counted(unanswered);
      const kept = [nextSequence++, nextSequence++];
      for (const sequence of kept) await expectRefusalForNow(sequence);
      expect((await system.counted(unanswered)) - before).toBe(kept.length);
      expect(system.logLines()).toMatch(/are all brokers up and reachable|is it running, and is the address right/);
      await kafka.restart();
      await expectNothingLost(kept);
    },
    outageMs,
  );

  const onSmallDisk = small.ok ? it : it.skip;
  onSmallDisk(
    `whose disk is full loses nothing that was acknowledged${small.ok ? '' : `: skipped, ${small.reason}`}`,
    async () => {
      await disk?.fill(leftOnDiskBytes);
      const before = await system.counted(unanswered);
      const first = nextSequence;
      let refused: Awaited<ReturnType<typeof send>> | undefined;
      while (refused === undefined && nextSequence < first + mostBatchesUntilFull) {
        const answer = await send(nextSequence++);
        if (answer.status !== 202) refused = answer;
      }
      expect(refused).toMatchObject({ status: 503, outcome: 'broker-unavailable' });
      expect(nextSequence - first).toBeGreaterThan(5);
      const kept = [nextSequence - 1, nextSequence++];
      await expectRefusalForNow(nextSequence - 1);
      expect((await system.counted(unanswered)) - before).toBe(kept.length);
      await disk?.free();
      kafka.kill('SIGKILL'); // it may be dead already
      await kafka.restart();
      await expectNothingLost(kept);
    },
    outageMs,
  );
});
