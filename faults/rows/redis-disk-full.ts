import { setTimeout as delay } from 'node:timers/promises';
import { redisCommand } from '../../deploy/local/redis-command.ts';
import { smallDiskAvailable } from '../../deploy/local/small-disk.ts';
import type { Row } from '../campaign/row.ts';
import type { FaultRun } from '../harness/fault-run.ts';
import { judgedThroughGateway } from './judged-through-gateway.ts';

const diskMiB = 64;
/** Room for some seconds; more than is written while the disk is being filled. */
const leftBytes = 1_048_576;
const fullMs = 5_000;

/** Resolves with how often partitions rested, so long after Redis had no room for what it was told. */
async function fill(run: FaultRun): Promise<number> {
  const { redis, redisDisk } = run.cluster;
  if (redisDisk === undefined) throw new Error('Redis has no disk of its own');
  const pauses = await run.countFromNow('gaitkeeper_stage_pauses_total', { stage: 'scorer', reason: 'store' });
  await redisDisk.fill(leftBytes);
  await redisCommand(redis.port, 'INFO persistence', /aof_last_write_status:err/);
  await run.until('a partition rests', async () => (await pauses()) > 0);
  await delay(fullMs);
  const rested = await pauses();
  run.notes.add({ what: 'full', rested, behind: await run.behind() });
  return rested;
}

/**
 * Redis cannot append any more: what it acknowledged a moment before is in its memory alone. The disk is freed, which Redis
 * notices by itself; then once more, and Redis is killed first. A device's spool is in memory: there is no disk to fill.
 */
export const redisDiskFull: Row = {
  name: 'redis-disk-full',
  number: 23,
  title:
    "the disk of Redis' append-only file fills up under load through the gateway, and is freed, also after a crash",
  topology: 'one',
  short: false,
  servers: { redisDiskMiB: diskMiB },
  injectable: smallDiskAvailable,
  async run(run) {
    const { redis, redisDisk } = run.cluster;
    const { sender } = await judgedThroughGateway(run);
    const rested = await fill(run);
    const freedAtMs = run.clock.nowMs();
    await redisDisk?.free();
    const recoveriesMs = await run.recoveries(freedAtMs);
    const restedAgain = await fill(run);
    redis.kill('SIGKILL');
    await redis.halt();
    await redisDisk?.free();
    const startedAtMs = run.clock.nowMs();
    await redis.restart();
    recoveriesMs.push(...(await run.recoveries(startedAtMs)));
    const rewinds = await run.scorersSay('gaitkeeper_stage_rewinds_total', { stage: 'scorer' });
    return {
      recoveriesMs,
      proofs: [
        { what: 'partitions that rested while the disk was full', seen: rested },
        { what: 'partitions that rested until Redis was killed', seen: restedAgain },
      ],
      figures: { pauses: rested + restedAgain, rewinds, retries: sender.retries() },
    };
  },
  async heal({ redis, redisDisk }) {
    await redisDisk?.free();
    await redis.restart();
  },
};
