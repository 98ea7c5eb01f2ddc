import { setTimeout as delay } from 'node:timers/promises';
import type { Row } from '../campaign/row.ts';
import { failSyncsOf, syncsCanFail } from '../harness/failing-syncs.ts';
import { beforeMs, steadyPerSecond } from './load-rates.ts';

const failingMs = 6_000;

/** The disk says that it could not keep what it was told: Redis must not acknowledge, and nobody may go on as if it had. */
export const fsyncError: Row = {
  name: 'fsync-error',
  number: 24,
  title: "every fsync of Redis' append-only file fails with EIO for some seconds; Redis is then started again",
  topology: 'one',
  short: false,
  servers: {},
  injectable: syncsCanFail,
  async run(run) {
    await run.startScorers(2);
    run.load.start(steadyPerSecond);
    await delay(beforeMs);
    await run.until('verdicts flow', () => run.watch.records() > 0);
    const pauses = await run.countFromNow('gaitkeeper_stage_pauses_total', { stage: 'scorer', reason: 'store' });
    const atMs = run.clock.nowMs();
    const syncs = failSyncsOf(run.cluster.redis.pid());
    run.atEnd(() => syncs.stop());
    await delay(failingMs);
    const rested = await pauses();
    await syncs.stop();
    // Redis 7 refuses writes (MISCONF) until a later sync succeeds, and has nothing to sync: somebody has to start it again.
    await run.cluster.redis.restart();
    const recoveriesMs = await run.recoveries(atMs);
    return {
      recoveriesMs,
      proofs: [
        { what: 'syncs that failed', seen: syncs.failed() },
        { what: 'partitions that rested', seen: rested },
      ],
      figures: { syncsFailed: syncs.failed(), pauses: rested },
    };
  },
  heal: ({ redis }) => redis.restart(),
};
