import { setTimeout as delay } from 'node:timers/promises';
import { needs } from '../campaign/injectable.ts';
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
  injectable: () => needs(findRedisCommand()),
  async run(run) {
    const { redis } = run.cluster;
    await run.startScorers(2);
    run.load.start(steadyPerSecond);
    await delay(2 * beforeMs);
    await run.until('verdicts flow', () => run.watch.records() > 0);
    const keys = Number(await redisCommand(redis.port, 'DBSIZE'));
    const refused = await run.countFromNow('gaitkeeper_stage_fenced_total', { stage: 'scorer' });
    const atMs = run.clock.nowMs();
    await redisCommand(redis.port, 'FLUSHALL');
    await run.until('an owner has noticed', async () => (await refused()) > 0);
    const noticed = await refused();
    // What they remember of states and templates must not be what saves them.
    await Promise.all(run.scorers().map((scorer) => scorer.restart()));
    const recoveriesMs = await run.recoveries(atMs);
    return {
      recoveriesMs,
      proofs: [
        { what: 'keys lost', seen: keys },
        { what: 'owners that noticed', seen: noticed },
      ],
      figures: { keysLost: keys },
    };
  },
};
