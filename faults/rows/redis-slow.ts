import { setTimeout as delay } from 'node:timers/promises';
import type { Row } from '../campaign/row.ts';
import { beforeMs, steadyPerSecond } from './load-rates.ts';

const frozenMs = 4_000;
const slowMs = 4_000;
/** Of each reply; the last one is beyond the command timeout. */
const latenciesMs = [5, 50, 700];

/** Redis answers late, or not at all, and nothing is made up meanwhile. */
export const redisSlow: Row = {
  name: 'redis-slow',
  number: 12,
  title: 'Redis is frozen for seconds, then answers later and later, beyond the command timeout',
  topology: 'one',
  short: false,
  async run(run) {
    const { redis, redisProxy } = run.cluster;
    await run.startScorers(2);
    run.load.start(steadyPerSecond);
    await delay(beforeMs);
    const recoveriesMs: number[] = [];
    const frozenAtMs = run.clock.nowMs();
    const pausesFrozen = await run.countFromNow('gaitkeeper_stage_pauses_total', { stage: 'scorer', reason: 'store' });
    redis.kill('SIGSTOP');
    await delay(frozenMs);
    const restedFrozen = await pausesFrozen();
    redis.kill('SIGCONT');
    recoveriesMs.push(...(await run.recoveries(frozenAtMs)));
    let restedSlow = 0;
    for (const latencyMs of latenciesMs) {
      const pauses = await run.countFromNow('gaitkeeper_stage_pauses_total', { stage: 'scorer', reason: 'store' });
      const slow = await redisProxy.add({ kind: 'latency', direction: 'toClient', latencyMs, jitterMs: latencyMs / 5 });
      const atMs = run.clock.nowMs();
      await delay(slowMs);
      restedSlow = await pauses();
      await slow.remove();
      recoveriesMs.push(...(await run.recoveries(atMs)));
    }
    return {
      recoveriesMs,
      proofs: [
        { what: 'partitions that rested while Redis was frozen', seen: restedFrozen },
        { what: 'partitions that rested while it answered beyond the timeout', seen: restedSlow },
      ],
      figures: { pausesFrozen: restedFrozen, pausesSlow: restedSlow },
    };
  },
  async heal({ redis }) {
    redis.kill('SIGCONT');
  },
};
