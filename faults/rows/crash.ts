import { setTimeout as delay } from 'node:timers/promises';
import { stagePoints } from '../../platform/stage/partition-work.ts';
import type { Row } from '../campaign/row.ts';
import type { FaultRun } from '../harness/fault-run.ts';
import { harmDone, startFaultyScorer } from '../harness/faulty-scorer.ts';
import { partitionsOf } from '../harness/member-metrics.ts';
import { beforeMs, steadyPerSecond } from './load-rates.ts';
import { pileUpBacklog } from './pile-up-backlog.ts';

/** Which passing of its point a member dies at, once it is told to. */
const mostPassings = 10;

/** A member that dies at each point of the protocol; all in one group, so that their partitions go to those who are left. */
async function dieAtEveryPoint(run: FaultRun): Promise<{ points: number; takeoversMs: number[] }> {
  const doomed = await Promise.all(
    stagePoints.map((point) => {
      const passing = 1 + run.random.fork(point).integer(mostPassings);
      return startFaultyScorer(run.fleet, { point, passing });
    }),
  );
  await run.until('every member has partitions', async () => {
    const owned = await Promise.all(doomed.map((member) => partitionsOf(member)));
    return owned.every(({ size }) => size > 0);
  });
  run.notes.add({ what: 'every member may die now' });
  // All at once: a member that dies while another one's session runs out would have to be waited for twice.
  for (const member of doomed) member.signal('SIGUSR2');
  await run.until('every member has died at its point', () => doomed.every((member) => member.state() === 'gone'));
  const deaths = doomed.map((member) => {
    const done = harmDone(member);
    if (done === undefined) throw new Error(`${member.name} ended otherwise than it was told: ${member.lastWords()}`);
    return done;
  });
  for (const { harmedAt, atMs: diedAtMs, assignedPartitions } of deaths) {
    run.notes.add({ what: 'died', harmedAt, diedAtMs, assignedPartitions });
  }
  // From the last death: the group waits for every session that has yet to run out.
  const lastMs = Math.max(...deaths.map(({ atMs }) => atMs));
  const orphaned = new Set(deaths.flatMap(({ assignedPartitions }) => assignedPartitions));
  return {
    points: new Set(deaths.map(({ harmedAt }) => harmedAt)).size,
    takeoversMs: await run.takeovers(lastMs, orphaned),
  };
}

/** A crash: no chance to finish anything, at five chosen points and at any. */
export const crash: Row = {
  name: 'crash',
  number: 1,
  title: 'scorers die by kill -9: at every point of the protocol, and at random in the middle of a backlog',
  topology: 'one',
  short: true,
  takeover: true,
  async run(run) {
    await run.startScorers(2);
    run.load.start(steadyPerSecond);
    const { points, takeoversMs } = await dieAtEveryPoint(run);

    const victim = run.random.pick(run.scorers());
    await delay(beforeMs);
    const owned = await partitionsOf(victim);
    const backlog = await pileUpBacklog(run, owned);
    const killedAtMs = run.clock.nowMs();
    await victim.kill();
    const alertingVictim = run.fleet.members().find(({ name }) => name.startsWith('alerting'));
    takeoversMs.push(...(await run.takeovers(killedAtMs, owned)));
    await alertingVictim?.restart();
    return {
      recoveriesMs: takeoversMs,
      proofs: [
        { what: 'points of the protocol at which a member died', seen: points, atLeast: stagePoints.length },
        { what: 'partitions that the killed member had', seen: owned.size },
        { what: 'batches that waited in them', seen: backlog },
      ],
      figures: { backlogBatches: backlog },
    };
  },
};
