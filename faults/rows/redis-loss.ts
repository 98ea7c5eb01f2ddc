import { setTimeout as delay } from 'node:timers/promises';
import type { Row } from '../campaign/row.ts';
import { findRedisCommand, redisCommand } from '../harness/redis-command.ts';
import { beforeMs, steadyPerSecond } from './load-rates.ts';

/** Everything in Redis is gone: states, fences, templates. */
export const redisLoss: Row = {
  name: 'redis-loss',
  number: 10,
  title: 'Redis loses everything',
  topology: 'one',
  short: false,
  injectable: () => {
    const found = findRedisCommand();
    return found.ok ? { ok: true } : { ok: false, reason: found.detail };
  },
  async run(run) {
    const { redis } = run.cluster;
    await run.startScorers(2);
    run.load.start(steadyPerSecond);
    await delay(2 * beforeMs);
    await run.until('verdicts flow', () => run.watch.records() > 0);
    const keys = Number(await redisCommand(redis.port, 'DBSIZE'));
    const atMs = run.clock.nowMs();
    await redisCommand(redis.port, 'FLUSHALL');
    const recoveriesMs = await run.recoveries(atMs);
    const refused = await run.scorersSay('gaitkeeper_stage_fenced_total', { stage: 'scorer' });
    return {
      recoveriesMs,
      proofs: [
        { what: 'keys lost', seen: keys },
        { what: 'owners that noticed', seen: refused },
      ],
      figures: { keysLost: keys },
    };
  },
};
