/**
 * What scoring would make per second without the guarantee, as a process of its own: the same built code reads, judges and
 * writes verdicts through the same Kafka client, and keeps its states in memory only. No fence, no stored state, no
 * `applied`: a crash would forget everybody. The difference to the worker is what the guarantee costs. Prints one JSON
 * object: {@link OwnFigures}.
 */
import type { RecordBatch } from '../../platform/broker/broker.ts';
import { defaultStageOptions as options } from '../../platform/stage/stage-options.ts';
import type { TopicNames } from '../../schemas/topic-names.ts';
import type { ScorerState } from '../../scorer/scorer-state.ts';
import { watchOwnFigures } from './own-figures.ts';

/** What to read, where the templates are; passed as JSON in the only argument. */
export interface UnguardedTask {
  brokers: string[];
  redisUrl: string;
  group: string;
  topics: TopicNames;
  valueKeyPrefix: string;
  /** Records of the behaviour topic: all that are there. */
  records: number;
  /** The clock starts when so many have been answered. */
  warmUpRecords: number;
}

/** The built program's module: what the worker runs, not what a loader makes of the source. */
async function built<Module>(path: string): Promise<Module> {
  return (await import(new URL(`../../dist/${path}.js`, import.meta.url).href)) as Module;
}

const { createKafkaBroker } =
  await built<typeof import('../../platform/broker/kafka-broker.ts')>('platform/broker/kafka-broker');
const { createLogger } = await built<typeof import('../../platform/log.ts')>('platform/log');
const { createMetrics } = await built<typeof import('../../platform/metrics.ts')>('platform/metrics');
const { createRedisConnection } = await built<typeof import('../../platform/store/redis-connection.ts')>(
  'platform/store/redis-connection',
);
const { RedisKeyValueStore } = await built<typeof import('../../platform/store/redis-key-value-store.ts')>(
  'platform/store/redis-key-value-store',
);
const { createScorerMetrics } = await built<typeof import('../../scorer/scorer-metrics.ts')>('scorer/scorer-metrics');
const { createScorerStage } = await built<typeof import('../../scorer/scorer-stage.ts')>('scorer/scorer-stage');
const { createTemplateCache } =
  await built<typeof import('../../templates/template-cache.ts')>('templates/template-cache');
const { createTemplateStore } =
  await built<typeof import('../../templates/template-store.ts')>('templates/template-store');

const task = JSON.parse(process.argv[2] ?? '{}') as UnguardedTask;
const log = createLogger({ name: 'unguarded', level: 'warn', format: 'json' });
const broker = createKafkaBroker({ brokers: task.brokers, clientId: 'unguarded', log });
const redis = createRedisConnection({ url: task.redisUrl, name: 'unguarded' }, log);
const values = new RedisKeyValueStore(redis, { keyPrefix: task.valueKeyPrefix });
const stage = createScorerStage({
  topics: task.topics,
  group: task.group,
  templates: createTemplateCache({ store: createTemplateStore({ values }) }),
  metrics: createScorerMetrics(createMetrics({ build: { version: 'bench', commit: 'bench' }, processMetrics: false })),
  log,
});
const states = new Map<string, ScorerState>();
const view = {
  get: (key: string) => states.get(key) ?? stage.decodeState(undefined, key),
  set: (key: string, state: ScorerState) => void states.set(key, state),
};
const watch = watchOwnFigures(task);

async function handle({ records, heartbeat }: RecordBatch) {
  for (let at = 0; at < records.length; at += options.maxRecordsPerMicroBatch) {
    const part = records.slice(at, at + options.maxRecordsPerMicroBatch);
    const outputs = [];
    for (const record of part) {
      const made = stage.step(record, view);
      const outcome = 'kind' in made ? made : await made; // as the engine does: a promise a record would cost this one side alone
      if (outcome.kind !== 'emit') throw new Error(`the bench's records are judged, not ${outcome.kind}`);
      outputs.push(...outcome.records);
    }
    if (outputs.length > 0) await broker.produce(outputs);
    watch.answered(part.length);
    await heartbeat();
  }
  return { kind: 'done', nextOffset: (records.at(-1)?.offset ?? 0) + 1 } as const;
}

await Promise.all([broker.connect(), redis.connect()]);
const { partitionsConcurrently, maxBytesPerPartition, maxRecordsPerBatch, sessionTimeoutMs } = options;
const bounds = { partitionsConcurrently, maxBytesPerPartition, maxRecordsPerBatch, sessionTimeoutMs };
await broker.consume({ group: task.group, topic: task.topics.behaviour, ...bounds }, handle);
process.stdout.write(`${JSON.stringify(await watch.figures)}\n`);
await Promise.all([broker.close(), redis.close()]);
