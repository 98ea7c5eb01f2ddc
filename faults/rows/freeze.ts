import { setTimeout as delay } from 'node:timers/promises';
import type { Row } from '../campaign/row.ts';
import { partitionsOf } from '../harness/member-metrics.ts';
import { beforeMs, burstBatches, steadyPerSecond } from './load-rates.ts';

/** Twice the session timeout: long enough that the group has given its partitions away. */
const frozenMs = 20_000;
const awakeMs = 3_000;
const mostAttempts = 3;

/** A zombie: a process that stands still, loses its partitions meanwhile, and goes on as if nothing had been. */
export const freeze: Row = {
  name: 'freeze',
  number: 2,
  title: 'a scorer is frozen in the middle of a backlog for twice the session timeout, then goes on',
  topology: 'one',
  short: true,
  takeover: true,
  async run(run) {
    await run.startScorers(2);
    run.load.start(steadyPerSecond);
    await delay(beforeMs);
    const recoveriesMs: number[] = [];
    let backlog = 0;
    let attempts = 0;
    let refused = 0;
    const fenced = await run.countFromNow('gaitkeeper_stage_fenced_total', { stage: 'scorer' });
    // Whether it stops between an output and its state is chance: it is frozen again until it did.
    while (refused === 0 && attempts < mostAttempts) {
      attempts += 1;
      const zombie = run.random.pick(run.scorers());
      const owned = await partitionsOf(zombie);
      const recordsBefore = run.watch.records();
      run.load.burst(burstBatches);
      const inTheMiddle = () => run.watch.records() > recordsBefore + burstBatches / 10 && run.waiting(owned) > 0;
      await run.until('a backlog at work', inTheMiddle);
      backlog = Math.max(backlog, run.waiting(owned));
      const frozenAtMs = run.clock.nowMs();
      zombie.freeze();
      recoveriesMs.push(...(await run.takeovers(frozenAtMs, owned)));
      await delay(Math.max(0, frozenAtMs + frozenMs - run.clock.nowMs()));
      zombie.thaw();
      await run.recoveries(run.clock.nowMs());
      await delay(awakeMs); // what it had in hand when it was frozen is over now, one way or the other
      refused = await fenced();
      run.notes.add({ what: 'thawed', zombie: zombie.name, refused });
    }
    return {
      recoveriesMs,
      proofs: [
        { what: 'writes of the zombie that were refused', seen: refused },
        { what: 'batches that waited when it was frozen', seen: backlog },
      ],
      figures: { freezes: attempts, backlogBatches: backlog },
    };
  },
};
