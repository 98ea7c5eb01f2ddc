import { setTimeout as delay } from 'node:timers/promises';
import type { Row } from '../campaign/row.ts';
import { leadersCanBeAsked, partitionLeaders } from '../harness/partition-leaders.ts';
import { beforeMs, steadyPerSecond } from './load-rates.ts';

/** The leader's preferred replicas take over again by themselves, soon. */
const quickElections = {
  'leader.imbalance.check.interval.seconds': '2',
  'leader.imbalance.per.broker.percentage': '0',
};
const electedWithinMs = 60_000;

/** Partitions lose their leader, and get it back by an election while everybody writes to the other one. */
export const leaderMove: Row = {
  name: 'leader-move',
  number: 6,
  title: 'leaders move when a broker is stopped, and back by a preferred election under load',
  topology: 'three',
  short: false,
  servers: { kafka: { properties: quickElections } },
  injectable: leadersCanBeAsked,
  async run(run) {
    const { kafka } = run.cluster;
    const leaders = () => partitionLeaders(run.cluster, run.topics.behaviour);
    await run.startScorers(2);
    run.load.start(steadyPerSecond);
    await delay(beforeMs);
    const before = await leaders();
    const node = before[0] ?? 0;
    const stoppedAtMs = run.clock.nowMs();
    await kafka.halt(node);
    await run.until('every partition has another leader', async () => {
      return (await leaders()).every((leader) => leader >= 0 && leader !== node);
    });
    const moved = before.filter((leader) => leader === node).length;
    const recoveriesMs = await run.recoveries(stoppedAtMs);
    await kafka.restart(node);
    const elected = async () => (await leaders()).filter((leader) => leader === node).length;
    await run.until('the preferred leader is elected again', async () => (await elected()) > 0, electedWithinMs);
    recoveriesMs.push(...(await run.recoveries(run.clock.nowMs())));
    return {
      recoveriesMs,
      proofs: [
        { what: 'partitions whose leader was stopped', seen: moved },
        { what: 'partitions that it leads again', seen: await elected() },
      ],
    };
  },
};
