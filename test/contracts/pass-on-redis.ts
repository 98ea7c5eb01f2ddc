import type { RedisConnection } from '../../platform/store/redis-connection.ts';

/** Resolves when the server's own clock has moved on by `ms`: a marker under `keyPrefix` that expires then tells. */
export async function passOnRedis(redis: RedisConnection, keyPrefix: string, ms: number): Promise<void> {
  const marker = `${keyPrefix}marker`;
  await redis.set(marker, Buffer.from('1'), { expiresAfterMs: ms });
  while ((await redis.getMany([marker]))[0] !== undefined);
}
