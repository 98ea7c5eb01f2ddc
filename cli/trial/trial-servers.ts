import { startLocalKafka } from '../../deploy/local/local-kafka.ts';
import { startLocalRedis } from '../../deploy/local/local-redis.ts';

/** A Kafka and a Redis for one trial. */
export interface TrialServers {
  brokers: string[];
  redisUrl: string;
  /** For the report. */
  words: string;
  /** Stops what was started for the trial, and nothing else. */
  stop(): Promise<void>;
}

/** Those of the environment (`GAITKEEPER_KAFKA_BROKERS`, `GAITKEEPER_REDIS_URL`), else local ones. @throws naming what is missing */
export async function trialServers(env: NodeJS.ProcessEnv): Promise<TrialServers> {
  const givenBrokers = env['GAITKEEPER_KAFKA_BROKERS'];
  const givenRedis = env['GAITKEEPER_REDIS_URL'];
  const kafka = givenBrokers === undefined ? await startLocalKafka() : undefined;
  try {
    const redis = givenRedis === undefined ? await startLocalRedis() : undefined;
    return {
      brokers: kafka?.brokers ?? (givenBrokers ?? '').split(','),
      redisUrl: redis?.url ?? givenRedis ?? '',
      words: `${kafka === undefined ? 'given' : 'local'} Apache Kafka, ${redis === undefined ? 'given' : 'local'} Redis`,
      async stop() {
        await Promise.all([kafka?.stop(), redis?.stop()]);
      },
    };
  } catch (error) {
    await kafka?.stop();
    throw error;
  }
}
