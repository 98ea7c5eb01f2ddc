import { setTimeout as delay } from 'node:timers/promises';
import type { Row } from '../campaign/row.ts';
import { harmDone, startFaultyStage } from '../harness/faulty-stage.ts';
import { partitionsOf } from '../harness/member-metrics.ts';
import { beforeMs, steadyPerSecond } from './load-rates.ts';

/** One and a half session timeouts. */
const blockMs = 15_000;
const mostPassings = 10;

/** A scorer computes for so long that its group believes it dead, then writes what it has computed. */
export const loopBlocked: Row = {
  name: 'loop-blocked',
  number: 3,
  title: 'the event loop of a scorer is blocked for one and a half session timeouts in the middle of a batch',
  topology: 'one',
  short: false,
  takeover: true,
  async run(run) {
    await run.startScorers(1);
    const passing = 1 + run.random.integer(mostPassings);
    const blocked = await startFaultyStage(run.fleet, { role: 'scorer', point: 'stepped', passing, blockMs });
    run.load.start(steadyPerSecond);
    await run.until('the member has partitions', async () => (await partitionsOf(blocked)).size > 0);
    await delay(beforeMs);
    blocked.signal('SIGUSR2');
    await run.until('its loop is blocked', () => harmDone(blocked) !== undefined);
    const done = harmDone(blocked);
    if (done === undefined) throw new Error('it has said nothing');
    run.notes.add({ what: 'blocked', ...done });
    const recoveriesMs = await run.takeovers(done.atMs, new Set(done.assignedPartitions));
    await delay(Math.max(0, done.atMs + blockMs + beforeMs - run.clock.nowMs()));
    await run.recoveries(run.clock.nowMs());
    return {
      recoveriesMs,
      proofs: [{ what: 'partitions that another member took', seen: recoveriesMs.length }],
      figures: { blockedMs: blockMs },
    };
  },
};
