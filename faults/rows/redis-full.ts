import { setTimeout as delay } from 'node:timers/promises';
import type { Row } from '../campaign/row.ts';
import { findRedisCommand, redisCommand } from '../harness/redis-command.ts';
import { beforeMs, steadyPerSecond } from './load-rates.ts';

const fullMs = 5_000;

/** Redis has no memory left; and a Redis that would delete live states to get some is refused. */
export const redisFull: Row = {
  name: 'redis-full',
  number: 14,
  title: 'Redis refuses writes for want of memory, and a scorer refuses a Redis that evicts',
  topology: 'one',
  short: false,
  injectable: () => {
    const found = findRedisCommand();
    return found.ok ? { ok: true } : { ok: false, reason: found.detail };
  },
  async run(run) {
    const { port } = run.cluster.redis;
    await run.startScorers(2);
    run.load.start(steadyPerSecond);
    await delay(beforeMs);
    const atMs = run.clock.nowMs();
    await redisCommand(port, 'CONFIG', 'SET', 'maxmemory', '1mb');
    await delay(fullMs);
    const pauses = await run.scorersSay('gaitkeeper_stage_pauses_total', { stage: 'scorer' });
    await redisCommand(port, 'CONFIG', 'SET', 'maxmemory', '0');
    const recoveriesMs = await run.recoveries(atMs);
    await redisCommand(port, 'CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru');
    const started = await run.fleet.start('scorer').then(
      () => true,
      () => false,
    );
    const newest = run.fleet.members().at(-1);
    await newest?.stop();
    await redisCommand(port, 'CONFIG', 'SET', 'maxmemory-policy', 'noeviction');
    return {
      recoveriesMs,
      proofs: [{ what: 'partitions that rested', seen: pauses }],
      figures: { pauses },
      breaches: started ? ['a scorer started on a Redis that deletes live states'] : [],
    };
  },
  async heal({ redis }) {
    await redisCommand(redis.port, 'CONFIG', 'SET', 'maxmemory', '0', 'maxmemory-policy', 'noeviction');
  },
};
