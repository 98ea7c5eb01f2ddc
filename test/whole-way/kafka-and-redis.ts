import { kafkaClient, realKafka, realRedis } from '../servers/real-servers.ts';

/** Both servers of this run, and the environment that makes a trial use them; or which one is missing. */
export type KafkaAndRedis =
  | { available: true; brokers: string[]; redisUrl: string; env: NodeJS.ProcessEnv }
  | { available: false; reason: string };

export function kafkaAndRedis(): KafkaAndRedis {
  const kafka = realKafka();
  if (!kafka.available) return kafka;
  const redis = realRedis();
  if (!redis.available) return redis;
  const env = {
    ...process.env,
    GAITKEEPER_KAFKA_BROKERS: kafka.brokers.join(','),
    GAITKEEPER_KAFKA_CLIENT: kafkaClient(),
    GAITKEEPER_REDIS_URL: redis.url,
  };
  return { available: true, brokers: kafka.brokers, redisUrl: redis.url, env };
}
