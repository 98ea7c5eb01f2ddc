import { setTimeout as delay } from 'node:timers/promises';
import type { Row } from '../campaign/row.ts';
import { beforeMs, steadyPerSecond } from './load-rates.ts';
import { pileUpBacklog } from './pile-up-backlog.ts';

const awayMs = 2_000;

/** Redis crashes and comes back with its append-only file: the kernel has what it was told. */
export const redisKill: Row = {
  name: 'redis-kill',
  number: 8,
  title: 'Redis is killed in the middle of a backlog and started again on its append-only file',
  topology: 'one',
  short: true,
  async run(run) {
    await run.startScorers(2);
    run.load.start(steadyPerSecond);
    await delay(beforeMs);
    await run.until('verdicts flow', () => run.watch.records() > 0);
    const backlog = await pileUpBacklog(run);
    const pauses = await run.countFromNow('gaitkeeper_stage_pauses_total', { stage: 'scorer', reason: 'store' });
    const rewinds = await run.countFromNow('gaitkeeper_stage_rewinds_total', { stage: 'scorer' });
    const atMs = run.clock.nowMs();
    run.cluster.redis.kill('SIGKILL');
    await delay(awayMs);
    const rested = await pauses();
    await run.cluster.redis.restart();
    const recoveriesMs = await run.recoveries(atMs);
    return {
      recoveriesMs,
      proofs: [
        { what: 'partitions that rested meanwhile', seen: rested },
        { what: 'batches that waited', seen: backlog },
      ],
      figures: { backlogBatches: backlog, rewinds: await rewinds() },
    };
  },
  heal: (cluster) => cluster.redis.restart(),
};
