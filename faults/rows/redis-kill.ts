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
    const atMs = run.clock.nowMs();
    run.cluster.redis.kill('SIGKILL');
    await delay(awayMs);
    const pauses = await run.scorersSay('gaitkeeper_stage_pauses_total', { stage: 'scorer' });
    await run.cluster.redis.restart();
    const recoveriesMs = await run.recoveries(atMs);
    return {
      recoveriesMs,
      proofs: [
        { what: 'partitions that rested meanwhile', seen: pauses },
        { what: 'batches that waited', seen: backlog },
      ],
      figures: { backlogBatches: backlog, rewinds: await run.scorersSay('gaitkeeper_stage_rewinds_total') },
    };
  },
  heal: (cluster) => cluster.redis.restart(),
};
