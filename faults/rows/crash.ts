import { setTimeout as delay } from 'node:timers/promises';
import { stagePoints } from '../../platform/stage/partition-work.ts';
import type { Row } from '../campaign/row.ts';
import type { FaultRun } from '../harness/fault-run.ts';
import { harmDone, startFaultyStage } from '../harness/faulty-stage.ts';
import { partitionsOf } from '../harness/member-metrics.ts';
import { beforeMs, steadyPerSecond } from './load-rates.ts';
import { pileUpBacklog } from './pile-up-backlog.ts';

/** Which passing of its point a member dies at, once it is told to. */
const mostPassings = 10;

const roles = ['scorer', 'alerting'] as const;

/**
 * A scorer and an alerting worker that die at each point of the protocol; those of a role are in one group, so that their
 * partitions go to those who are left.
 */
async function dieAtEveryPoint(run: FaultRun): Promise<{ points: number; takeoversMs: number[] }> {
  const doomed = await Promise.all(
    roles.flatMap((role) =>
      stagePoints.map((point) => {
        const passing = 1 + run.random.fork(`${role} ${point}`).integer(mostPassings);
        return startFaultyStage(run.fleet, { role, point, passing });
      }),
    ),
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
    return { ...done, role: member.name.startsWith('scorer') ? 'scorer' : 'alerting' };
  });
  for (const { role, harmedAt, atMs: diedAtMs, assignedPartitions } of deaths) {
    run.notes.add({ what: 'died', role, harmedAt, diedAtMs, assignedPartitions });
  }
  // From the last death: the group waits for every session that has yet to run out.
  const scorers = deaths.filter(({ role }) => role === 'scorer');
  const lastMs = Math.max(...scorers.map(({ atMs }) => atMs));
  const orphaned = new Set(scorers.flatMap(({ assignedPartitions }) => assignedPartitions));
  return {
    points: new Set(deaths.map(({ role, harmedAt }) => `${role} ${harmedAt}`)).size,
    takeoversMs: await run.takeovers(lastMs, orphaned),
  };
}

/** A crash: no chance to finish anything, at five chosen points of each stage and at any. */
export const crash: Row = {
  name: 'crash',
  number: 1,
  title: 'scorers and alerting die by kill -9: at every point of the protocol, and scorers in the middle of a backlog',
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
    takeoversMs.push(...(await run.takeovers(killedAtMs, owned)));
    return {
      recoveriesMs: takeoversMs,
      proofs: [
        {
          what: 'points of the protocol at which a member died, of both stages',
          seen: points,
          atLeast: roles.length * stagePoints.length,
        },
        { what: 'partitions that the killed member had', seen: owned.size },
        { what: 'batches that waited in them', seen: backlog },
      ],
      figures: { backlogBatches: backlog },
    };
  },
};
