import { setTimeout as delay } from 'node:timers/promises';
import { findKafkaTools } from '../../deploy/local/find-kafka.ts';
import { findKcat } from '../../deploy/local/find-program.ts';
import { needs } from '../campaign/injectable.ts';
import type { Row } from '../campaign/row.ts';
import type { FaultRun } from '../harness/fault-run.ts';
import { moveReplicas, type Placement } from '../harness/move-replicas.ts';
import { keptPartitions, partitionLeaders } from '../harness/partition-leaders.ts';
import { beforeMs, steadyPerSecond } from './load-rates.ts';

/** The leader's preferred replicas take over again by themselves, soon. */
const quickElections = {
  'leader.imbalance.check.interval.seconds': '2',
  'leader.imbalance.per.broker.percentage': '0',
};
const electedWithinMs = 60_000;
const movedWithinMs = 120_000;
/** Of each topic. */
const movedShare = 0.5;

/** What a reassignment was seen to do. */
interface Moved {
  recoveriesMs: number[];
  /** Partitions of which a node got a fresh copy and another one the lead, as Kafka's tool and its metadata say. */
  partitions: number;
}

/**
 * Half of the behaviour and verdict partitions are taken away from the node that leads them, then given back to it as the last
 * in their order: another node leads them, and what it threw away is copied anew while everybody goes on writing.
 */
async function moveUnderLoad(run: FaultRun): Promise<Moved> {
  const chosen: Placement[] = [];
  for (const topic of [run.topics.behaviour, run.topics.verdicts]) {
    const kept = run.random.shuffled(await keptPartitions(run.cluster, topic));
    for (const { partition, leader, replicas } of kept.slice(0, kept.length * movedShare)) {
      const others = run.random.shuffled(replicas.filter((node) => node !== leader));
      chosen.push({ topic, partition, replicas: [...others, leader] });
    }
  }
  const recoveriesMs: number[] = [];
  const reassign = async (what: string, placements: readonly Placement[]): Promise<void> => {
    const atMs = run.clock.nowMs();
    const move = await moveReplicas(run.cluster, placements);
    const completed = async () => (await move.completed()) === placements.length;
    await run.until(`Kafka's tool says that ${what} is completed`, completed, movedWithinMs);
    run.notes.add({ what, partitions: placements.length, tookMs: run.clock.nowMs() - atMs });
    recoveriesMs.push(...(await run.recoveries(atMs)));
  };
  await reassign(
    'taking replicas away',
    chosen.map(({ replicas, ...of }) => ({ ...of, replicas: replicas.slice(0, -1) })),
  );
  await reassign('copying them back', chosen);
  const inPlace = async (): Promise<number> => {
    let count = 0;
    for (const topic of [run.topics.behaviour, run.topics.verdicts]) {
      for (const { partition, leader, replicas, inSync } of await keptPartitions(run.cluster, topic)) {
        const wanted = chosen.find((each) => each.topic === topic && each.partition === partition)?.replicas;
        if (wanted === undefined || leader !== wanted[0]) continue;
        if (replicas.join() === wanted.join() && wanted.every((node) => inSync.includes(node))) count += 1;
      }
    }
    return count;
  };
  const led = async () => (await inPlace()) === chosen.length;
  await run.until('every moved partition is led by its new first replica', led, electedWithinMs);
  recoveriesMs.push(...(await run.recoveries(run.clock.nowMs())));
  return { recoveriesMs, partitions: await inPlace() };
}

/** Partitions lose their leader, get it back by an election, and are given to other nodes, while everybody writes to them. */
export const leaderMove: Row = {
  name: 'leader-move',
  number: 6,
  title: 'leaders move when a broker is stopped, back by a preferred election, and on by a reassignment, under load',
  topology: 'three',
  short: false,
  servers: { kafka: { properties: quickElections } },
  injectable: () => needs(findKcat(), findKafkaTools()),
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
    const stopped = before.filter((leader) => leader === node).length;
    const recoveriesMs = await run.recoveries(stoppedAtMs);
    await kafka.restart(node);
    const elected = async () => (await leaders()).filter((leader) => leader === node).length;
    await run.until('the preferred leader is elected again', async () => (await elected()) > 0, electedWithinMs);
    const ledAgain = await elected();
    recoveriesMs.push(...(await run.recoveries(run.clock.nowMs())));
    const moved = await moveUnderLoad(run);
    return {
      recoveriesMs: [...recoveriesMs, ...moved.recoveriesMs],
      proofs: [
        { what: 'partitions whose leader was stopped', seen: stopped },
        { what: 'partitions that it leads again', seen: ledAgain },
        { what: 'partitions that were reassigned', seen: moved.partitions },
      ],
      figures: { partitionsReassigned: moved.partitions },
    };
  },
};
