import { setTimeout as delay } from 'node:timers/promises';
import { stagePoints } from '../../platform/stage/partition-work.ts';
import { takeoverWithinMs } from '../campaign/figures.ts';
import type { Row } from '../campaign/row.ts';
import type { FaultRun } from '../harness/fault-run.ts';
import { harmDone, startFaultyStage } from '../harness/faulty-stage.ts';
import { partitionsOf } from '../harness/member-metrics.ts';
import { beforeMs, steadyPerSecond } from './load-rates.ts';
import { pileUpBacklog } from './pile-up-backlog.ts';

/** Which passing of its point a member dies at, once it is told to. */
const mostPassings = 10;

const roles = ['scorer', 'alerting'] as const;

/** What came of the deaths at chosen points. */
interface DeathsSurvived {
  points: number;
  /** Of the partitions of the scorer that died last, from its death. */
  takeoversMs: number[];
  /** Of those that died before, each from its own death: the group waits for the sessions of all. */
  earlierTakeoversMs: number[];
  /** From the first death of a scorer to the last. */
  deathsSpreadMs: number;
}

/**
 * A scorer and an alerting worker that die at each point of the protocol; those of a role are in one group, so that their
 * partitions go to those who are left.
 */
async function dieAtEveryPoint(run: FaultRun): Promise<DeathsSurvived> {
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
  const scorers = deaths.filter(({ role }) => role === 'scorer').sort((a, b) => a.atMs - b.atMs);
  const takeovers = await Promise.all(
    scorers.map(({ atMs, assignedPartitions }) => run.takeovers(atMs, new Set(assignedPartitions))),
  );
  return {
    points: new Set(deaths.map(({ role, harmedAt }) => `${role} ${harmedAt}`)).size,
    takeoversMs: takeovers.at(-1) ?? [],
    earlierTakeoversMs: takeovers.slice(0, -1).flat(),
    deathsSpreadMs: (scorers.at(-1)?.atMs ?? 0) - (scorers[0]?.atMs ?? 0),
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
    const { points, takeoversMs, earlierTakeoversMs, deathsSpreadMs } = await dieAtEveryPoint(run);
    const slowestEarlierMs = Math.max(...earlierTakeoversMs);
    const mostEarlierMs = takeoverWithinMs + deathsSpreadMs;

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
      figures: { backlogBatches: backlog, deathsSpreadMs, slowestEarlierTakeoverMs: slowestEarlierMs },
      breaches:
        slowestEarlierMs > mostEarlierMs
          ? [
              `a take-over took ${slowestEarlierMs} ms, at most ${mostEarlierMs}: the last death came ${deathsSpreadMs} ms after the first`,
            ]
          : [],
    };
  },
};
