import { readdir, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Row } from '../campaign/row.ts';
import { beforeMs, steadyPerSecond } from './load-rates.ts';

/** What a power failure takes of what was acknowledged within the last second or so, and more. */
const lostShare = 0.3;

/** The file that commands are appended to. */
async function appendedFile(folder: string): Promise<string> {
  const files = await readdir(join(folder, 'appendonlydir'));
  const name = files.find((file) => file.endsWith('.incr.aof'));
  if (name === undefined) throw new Error(`no append-only file in ${folder}`);
  return join(folder, 'appendonlydir', name);
}

/** Power loss: acknowledged writes are gone, the last ones first. */
export const redisTailLoss: Row = {
  name: 'redis-tail-loss',
  number: 9,
  title: 'Redis loses the tail of its append-only file, acknowledged writes included',
  topology: 'one',
  short: true,
  async run(run) {
    const { redis } = run.cluster;
    await run.startScorers(2);
    // Of this run alone: what earlier rows left behind is not to be cut instead.
    const file = await appendedFile(redis.folder);
    const { size: before } = await stat(file);
    run.load.start(steadyPerSecond);
    await delay(2 * beforeMs);
    await run.until('verdicts flow', () => run.watch.records() > 0);
    const rewindsBefore = await run.scorersSay('gaitkeeper_stage_rewinds_total', { stage: 'scorer' });
    const atMs = run.clock.nowMs();
    redis.kill('SIGKILL');
    await redis.halt();
    const { size } = await stat(file);
    const kept = Math.ceil(size - (size - before) * lostShare);
    await truncate(file, kept);
    run.notes.add({ what: 'cut', bytes: size - kept });
    await redis.restart();
    const backAtMs = run.clock.nowMs();
    const recoveriesMs = await run.recoveries(atMs);
    // An owner notices with the next record of the partition.
    const partitions = run.acked.firstAfter(0).length;
    const heard = () => run.acked.firstAfter(backAtMs).length >= partitions;
    await run.until('every partition has a record behind the loss', heard);
    const rewinds = (await run.scorersSay('gaitkeeper_stage_rewinds_total', { stage: 'scorer' })) - rewindsBefore;
    return {
      recoveriesMs,
      proofs: [
        { what: 'bytes cut', seen: size - kept },
        { what: 'partitions read again from an earlier offset', seen: rewinds },
      ],
      figures: { cutBytes: size - kept, rewinds },
    };
  },
  heal: (cluster) => cluster.redis.restart(),
};
