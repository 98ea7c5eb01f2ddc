import { setTimeout as delay } from 'node:timers/promises';
import type { Row } from '../campaign/row.ts';
import { leadersCanBeAsked, partitionLeaders } from '../harness/partition-leaders.ts';
import { beforeMs, steadyPerSecond } from './load-rates.ts';

const groupOffsets = '__consumer_offsets';

/** The broker that keeps the group is lost. */
export const coordinatorLoss: Row = {
  name: 'coordinator-loss',
  number: 7,
  title: "the broker that leads the groups' offsets is killed",
  topology: 'three',
  short: false,
  injectable: leadersCanBeAsked,
  async run(run) {
    const { kafka } = run.cluster;
    await run.startScorers(2);
    run.load.start(steadyPerSecond);
    await delay(beforeMs);
    const [coordinator = -1] = await partitionLeaders(run.cluster, groupOffsets);
    const atMs = run.clock.nowMs();
    kafka.kill('SIGKILL', coordinator);
    const recoveriesMs = await run.recoveries(atMs);
    await run.until('somebody else coordinates', async () => {
      const [leader = -1] = await partitionLeaders(run.cluster, groupOffsets);
      return leader >= 0 && leader !== coordinator;
    });
    const [successor = -1] = await partitionLeaders(run.cluster, groupOffsets);
    // Members come and go under the new one as well.
    const joinedAtMs = run.clock.nowMs();
    await run.startScorers(1);
    recoveriesMs.push(...(await run.recoveries(joinedAtMs)));
    await kafka.restart(coordinator);
    return {
      recoveriesMs,
      proofs: [{ what: 'coordinators that changed', seen: coordinator >= 0 && successor !== coordinator ? 1 : 0 }],
    };
  },
};
