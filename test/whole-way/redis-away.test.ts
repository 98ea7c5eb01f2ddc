import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type LocalRedis, startLocalRedis } from '../../deploy/local/local-redis.ts';
import type { BehaviourBatch } from '../../detection/words/behaviour.ts';
import type { Broker } from '../../platform/broker/broker.ts';
import { createMemoryBroker } from '../../platform/broker/memory-broker.ts';
import { createLogger } from '../../platform/log.ts';
import { MemoryKeyValueStore } from '../../platform/store/memory-key-value-store.ts';
import { MemoryStateStore } from '../../platform/store/memory-state-store.ts';
import { createRedisConnection, type RedisConnection } from '../../platform/store/redis-connection.ts';
import { RedisKeyValueStore } from '../../platform/store/redis-key-value-store.ts';
import { RedisStateStore } from '../../platform/store/redis-state-store.ts';
import { eventually } from '../contracts/eventually.ts';
import { templateOf } from '../fixtures/template-fixture.ts';
import { ada, bob, type Rhythm, subjectOf, typedBatch } from '../fixtures/typing-fixture.ts';
import { describeOn, realRedisOfOurOwn } from '../servers/real-servers.ts';
import { decidedOf, type InProcessSystem, startInProcess } from './in-process-system.ts';

const enrolled = subjectOf('a');
const newcomer = subjectOf('b');
const deviceOf = (subject: string) => (subject === enrolled ? subjectOf('7') : subjectOf('8'));

function typing(subject: string, rhythm: Rhythm, from: number, to: number): BehaviourBatch[] {
  return Array.from({ length: to - from }, (_, index) =>
    typedBatch({ subject, rhythm, sequence: from + index, device: deviceOf(subject) }),
  );
}

/** Before, during and after the outage; somebody else sits down during it. */
const before = typing(enrolled, ada, 0, 6);
const during = [...typing(enrolled, ada, 6, 10), ...typing(enrolled, bob, 10, 14), ...typing(newcomer, ada, 0, 4)];
const after = typing(enrolled, bob, 14, 18);

/** What was decided about each batch, sorted. */
async function decisionsOf(system: InProcessSystem): Promise<string[]> {
  return decidedOf(await system.verdicts())
    .map(({ subject, sequence, decision, reason, risk }) => `${subject}/${sequence} ${decision} ${reason} ${risk}`)
    .sort();
}

async function undisturbed(): Promise<string[]> {
  const broker = createMemoryBroker();
  await broker.connect();
  const system = await startInProcess({ broker, states: new MemoryStateStore(), values: new MemoryKeyValueStore() });
  try {
    await system.activate(templateOf({ rhythm: ada, subject: enrolled }));
    for (const batch of [...before, ...during, ...after]) await system.send(batch);
    await eventually('the scorer is through', () => system.settled());
    return await decisionsOf(system);
  } finally {
    await system.stop();
    await broker.close();
  }
}

describeOn('Redis of its own', realRedisOfOurOwn(), () => {
  let redis: LocalRedis;
  let connections: RedisConnection[];
  let broker: Broker;
  let system: InProcessSystem;

  beforeAll(async () => {
    redis = await startLocalRedis();
    const log = createLogger({ name: 'test', level: 'silent', format: 'json' });
    connections = ['state', 'values'].map((name) =>
      createRedisConnection({ url: redis.url, name, commandTimeoutMs: 100 }, log),
    );
    const [states, values] = connections as [RedisConnection, RedisConnection];
    for (const connection of connections) await connection.connect();
    broker = createMemoryBroker();
    await broker.connect();
    system = await startInProcess({
      broker,
      states: new RedisStateStore(states),
      values: new RedisKeyValueStore(values),
    });
  });

  afterAll(async () => {
    redis?.kill('SIGCONT');
    await system?.stop();
    await broker?.close();
    for (const connection of connections ?? []) await connection.close();
    await redis?.stop();
  });

  it('that freezes stops judging, commits nothing, makes nothing up, and changes no decision once it is back', async () => {
    await system.activate(templateOf({ rhythm: ada, subject: enrolled }));
    for (const batch of before) expect(await system.send(batch)).toMatchObject({ status: 202 });
    await eventually('the scorer is through', () => system.settled());
    const committed = await system.committed();

    redis.kill('SIGSTOP');
    // The gateway records all the same: what it cannot check for duplicates, the scorer recognises.
    for (const batch of during) expect(await system.send(batch)).toMatchObject({ status: 202, outcome: 'accepted' });
    const restsForStore = 'gaitkeeper_stage_pauses_total{stage="scorer",reason="store"}';
    await eventually('the scorer rests', async () => (await system.counted(restsForStore)) > 0);
    await eventually('it says so', () => system.resting().some(({ reason }) => reason === 'store'));
    expect(await system.counted('gaitkeeper_ingest_duplicate_checks_skipped_total')).toBeGreaterThan(0);
    expect(await system.committed()).toBe(committed);
    const meanwhile = decidedOf(await system.verdicts());
    expect(meanwhile.filter(({ subject }) => subject === system.pseudonymOf(newcomer))).toEqual([]);
    expect(system.logLines()).toMatch(/"reason":"store".*partition rests/);

    redis.kill('SIGCONT');
    await eventually('the scorer is through', () => system.settled(), 45_000);
    for (const batch of after) expect(await system.send(batch)).toMatchObject({ status: 202 });
    await eventually('the scorer is through', () => system.settled(), 45_000);
    expect(system.resting()).toEqual([]);

    const bytesOf = new Map<string, string>();
    for (const { verdict, bytes } of await system.verdicts()) {
      expect(bytes).toBe(bytesOf.get(verdict.verdictId) ?? bytes);
      bytesOf.set(verdict.verdictId, bytes);
    }
    const decisions = await decisionsOf(system);
    expect(decisions).toHaveLength(before.length + during.length + after.length);
    expect(decisions).toEqual(await undisturbed());
    expect(decisions.some((line) => line.includes(' impostor '))).toBe(true);
    expect(await system.deadLetters()).toEqual([]);
  }, 120_000);
});
