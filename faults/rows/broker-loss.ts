import { setTimeout as delay } from 'node:timers/promises';
import type { Row } from '../campaign/row.ts';
import { leadersCanBeAsked, partitionLeaders } from '../harness/partition-leaders.ts';
import { beforeMs, steadyPerSecond } from './load-rates.ts';

const awayMs = 5_000;

/** One broker of three after the other is lost; two in-sync replicas are enough to go on. */
export const brokerLoss: Row = {
  name: 'broker-loss',
  number: 5,
  title: 'each of three brokers in turn is killed and comes back',
  topology: 'three',
  short: false,
  injectable: leadersCanBeAsked,
  async run(run) {
    const { kafka } = run.cluster;
    await run.startScorers(2);
    run.load.start(steadyPerSecond);
    await delay(beforeMs);
    const recoveriesMs: number[] = [];
    let led = 0;
    for (const node of run.random.shuffled([0, 1, 2])) {
      led += (await partitionLeaders(run.cluster, run.topics.behaviour)).filter((leader) => leader === node).length;
      const atMs = run.clock.nowMs();
      kafka.kill('SIGKILL', node);
      run.notes.add({ what: 'broker killed', node });
      recoveriesMs.push(...(await run.recoveries(atMs)));
      await delay(awayMs);
      await kafka.restart(node);
      await run.until('every replica is led again', async () => {
        return (await partitionLeaders(run.cluster, run.topics.behaviour)).every((leader) => leader >= 0);
      });
      await delay(awayMs); // it fetches what it missed before the next one goes: two must be in sync
    }
    return { recoveriesMs, proofs: [{ what: 'partitions that the killed brokers led', seen: led }] };
  },
};
