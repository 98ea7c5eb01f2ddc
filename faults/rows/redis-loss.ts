import { setTimeout as delay } from 'node:timers/promises';
import { redisCommand } from '../../deploy/local/redis-command.ts';
import type { Row } from '../campaign/row.ts';
import { createDirectSender } from '../harness/direct-sender.ts';
import type { FaultRun } from '../harness/fault-run.ts';
import { createPeople } from '../harness/people.ts';
import { rebuildTimes, snapshotEnds } from '../harness/snapshots.ts';
import { beforeMs, steadyPerSecond } from './load-rates.ts';

/** Of the partitions: nobody types there any more, so that after a restart no record tells a worker of the loss. */
const silentShare = 0.5;
/** They type once and are gone: states that must be built again, which takes as long as there are many. */
const formerUsers = 10_000;
const usersPerSend = 500;
/** On a busy machine. */
const mostRebuildMs = 30_000;

/** Partitions without traffic are looked after now and then. */
const rebuiltWithinMs = 120_000;

/** Each gets a state, and all of these are in the newest snapshots. */
async function addFormerUsers(run: FaultRun): Promise<void> {
  const { acked, clock, topics, cluster, tenant } = run;
  const { subjects, nextOf } = createPeople({ tenant, count: formerUsers, seed: run.seed + 1_000_000 });
  const sender = createDirectSender(cluster.broker, topics.behaviour, acked, clock);
  for (let sent = 0; sent < formerUsers; sent += usersPerSend) {
    const some = subjects.slice(sent, sent + usersPerSend);
    await sender.send(some.map((subject) => nextOf(subject, clock.nowMs())));
  }
  await run.until('every former user was judged', () => run.waiting() === 0);
  const written = () => run.scorersSay('gaitkeeper_stage_snapshot_states_total', { stage: 'scorer' });
  await run.until('snapshots have every user', async () => (await written()) >= formerUsers);
}

/**
 * Everything in Redis is gone: states, fences, templates. Once under workers that live on; then while they are dead, and the
 * input has lost what the snapshots contain, so that nothing but these can bring the states back.
 */
export const redisLoss: Row = {
  name: 'redis-loss',
  number: 10,
  title:
    'Redis loses everything at work; then with the workers dead and the input gone below the snapshots, also of partitions without traffic',
  topology: 'one',
  short: false,
  async run(run) {
    const { redis, broker } = run.cluster;
    const ends = async () => {
      const offsets = await broker.offsets(run.topics.behaviour);
      return new Map(offsets.map(({ partition, high }) => [partition, high]));
    };
    await run.startScorers(2);
    await addFormerUsers(run);
    run.load.start(steadyPerSecond);
    await delay(2 * beforeMs);
    const partitions = run.random.shuffled([...(await ends()).keys()]);
    const silent = new Set(partitions.slice(0, Math.ceil(partitions.length * silentShare)));
    run.silence(silent);
    await run.until('nothing waits where nobody types', () => run.waiting(silent) === 0);

    const keys = Number((await redisCommand(redis.port, 'DBSIZE', /^:\d+/)).slice(1));
    const refused = await run.countFromNow('gaitkeeper_stage_fenced_total', { stage: 'scorer' });
    const rebuilt = await run.countFromNow('gaitkeeper_stage_rebuilds_total', { stage: 'scorer' });
    const atWorkMs = run.clock.nowMs();
    await redisCommand(redis.port, 'FLUSHALL', /OK/);
    await run.until('an owner has noticed', async () => (await refused()) > 0);
    // Verdicts that were on their way come all the same: they say nothing of the states.
    await run.until('an owner that lives on builds from a snapshot', async () => (await rebuilt()) > 0);
    const recoveriesMs = await run.recoveries(atWorkMs);
    const noticed = await refused();
    const rebuiltAtWork = await rebuilt();

    // What they remember of states and templates must not be what saves them.
    const dead = run.scorers();
    await Promise.all(dead.map((scorer) => scorer.kill()));
    const contained = await snapshotEnds(run);
    const newest = await ends();
    // The last record stays: without any, a partition is built when its next one comes.
    const below = [...contained].map(
      ([partition, end]) => [partition, Math.min(end + 1, (newest.get(partition) ?? 1) - 1)] as const,
    );
    const forgotten = await run.input.forget(new Map(below));
    const atRestMs = run.clock.nowMs();
    await redisCommand(redis.port, 'FLUSHALL', /OK/);
    const lost = new Set(await run.behind());
    const endsBefore = await ends();
    await Promise.all(dead.map((scorer) => scorer.restart()));
    await run.until(
      'every partition is built from its snapshot',
      async () => (await run.scorersSay('gaitkeeper_stage_rebuilds_total', { stage: 'scorer' })) >= contained.size,
      rebuiltWithinMs,
    );
    const took = rebuildTimes(dead);
    run.notes.add({ what: 'rebuilt', ...took });
    recoveriesMs.push(...(await run.recoveries(atRestMs)));
    await run.settle();
    const endsAfter = await ends();
    const unheard = [...lost].filter((partition) => endsAfter.get(partition) === endsBefore.get(partition)).length;
    const restored = await run.scorersSay('gaitkeeper_stage_states_restored_total', { stage: 'scorer' });
    const recordsLost = await run.scorersSay('gaitkeeper_stage_records_lost_total', { stage: 'scorer' });
    const breaches: string[] = [];
    if (recordsLost > 0) breaches.push(`${recordsLost} records were lost although the snapshots contain them`);
    if (took.together > mostRebuildMs)
      breaches.push(`the states were back after ${took.together} ms, at most ${mostRebuildMs}`);
    return {
      recoveriesMs,
      proofs: [
        { what: 'keys lost', seen: keys, atLeast: formerUsers },
        { what: 'owners that noticed', seen: noticed },
        { what: 'partitions that live owners built from snapshots', seen: rebuiltAtWork },
        { what: 'records that were gone from the input', seen: forgotten, atLeast: formerUsers },
        { what: 'partitions that new owners had to build from snapshots', seen: contained.size },
        // A write that Redis did not answer in time is repeated, and then counts for nothing.
        { what: 'states that they took from them', seen: restored, atLeast: formerUsers / 2 },
        { what: 'partitions without a record behind their loss and the restart', seen: unheard },
      ],
      figures: {
        keysLost: keys,
        recordsForgotten: forgotten,
        statesRestored: restored,
        rebuildUsers: formerUsers,
        rebuildMs: took.together,
        rebuildSlowestPartitionMs: took.slowestPartition,
        healedWithoutRecord: unheard,
      },
      breaches,
    };
  },
};
