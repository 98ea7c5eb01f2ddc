import { setTimeout as delay } from 'node:timers/promises';
import { stagePoints } from '../../platform/stage/partition-work.ts';
import type { Row } from '../campaign/row.ts';
import type { FaultRun } from '../harness/fault-run.ts';
import { partitionsOf } from '../harness/member-metrics.ts';
import type { FleetMember } from '../processes/process-fleet.ts';
import { beforeMs, burstBatches, steadyPerSecond } from './load-rates.ts';

const crashingScorer = new URL('../processes/crashing-scorer.ts', import.meta.url);
/** Passings of its point that a member survives: enough to have joined, few enough to be reached within the load. */
const leastPassings = 20;
const passingsSpread = 40;

/** What a member said as it died. */
interface Death {
  diedAt: string;
  atMs: number;
  assignedPartitions: number[];
}

function deathOf(member: FleetMember): Death {
  const line = member
    .lastWords()
    .split('\n')
    .findLast((text) => text.startsWith('{"diedAt"'));
  if (line === undefined) throw new Error(`${member.name} ended otherwise than it was told: ${member.lastWords()}`);
  return JSON.parse(line) as Death;
}

/** A member that dies at each point of the protocol; all in one group, so that their partitions go to those who are left. */
async function dieAtEveryPoint(run: FaultRun): Promise<number[]> {
  const doomed = await Promise.all(
    stagePoints.map((point) => {
      const passings = leastPassings + run.random.fork(point).integer(passingsSpread);
      return run.fleet.start('scorer', {}, { file: crashingScorer, args: [point, String(passings)], mayEnd: true });
    }),
  );
  await run.until('every member has died at its point', () => doomed.every((member) => member.state() === 'gone'));
  const recoveries: number[] = [];
  for (const member of doomed) {
    const { atMs, diedAt, assignedPartitions } = deathOf(member);
    run.notes.add({ what: 'died', diedAt, atMs, assignedPartitions });
    if (assignedPartitions.length === 0) continue;
    recoveries.push(...(await run.recoveries(atMs, new Set(assignedPartitions))));
  }
  return recoveries;
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
    const recoveries = await dieAtEveryPoint(run);

    const victim = run.random.pick(
      run.fleet.members().filter(({ name, state }) => name.startsWith('scorer') && state() === 'running'),
    );
    await delay(beforeMs);
    const owned = await partitionsOf(victim);
    const beforeBurst = run.acked.all().length;
    run.load.burst(burstBatches);
    await run.until('a backlog', () => run.acked.all().length > beforeBurst && run.waiting(owned) > 0);
    const backlog = run.waiting(owned);
    const killedAtMs = run.clock.nowMs();
    await victim.kill();
    const alertingVictim = run.fleet.members().find(({ name }) => name.startsWith('alerting'));
    recoveries.push(...(await run.recoveries(killedAtMs, owned)));
    await alertingVictim?.restart();
    return {
      recoveriesMs: recoveries,
      proofs: [
        { what: 'members that died at a point', seen: stagePoints.length, atLeast: stagePoints.length },
        { what: 'partitions that the killed member had', seen: owned.size },
        { what: 'batches that waited in them', seen: backlog },
      ],
      figures: { backlogBatches: backlog },
    };
  },
};
