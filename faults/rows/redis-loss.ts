import { setTimeout as delay } from 'node:timers/promises';
import type { Row } from '../campaign/row.ts';
import type { FaultRun } from '../harness/fault-run.ts';
import { findRedisCommand, redisCommand } from '../harness/redis-command.ts';
import { beforeMs, steadyPerSecond } from './load-rates.ts';

async function noticed(run: FaultRun): Promise<number> {
  const refused = () => run.scorersSay('gaitkeeper_stage_fenced_total', { stage: 'scorer' });
  await run.until('an owner has noticed', async () => (await refused()) > 0);
  return await refused();
}

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
    const refused = await noticed(run);
    // What they remember of states and templates must not be what saves them.
    const scorers = run.fleet.members().filter(({ name }) => name.startsWith('scorer'));
    await Promise.all(scorers.map((scorer) => scorer.restart()));
    const recoveriesMs = await run.recoveries(atMs);
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
