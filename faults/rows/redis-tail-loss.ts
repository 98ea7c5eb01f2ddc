import { readdir, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Row } from '../campaign/row.ts';
import { beforeMs, steadyPerSecond } from './load-rates.ts';

/** What a power failure takes of what was acknowledged within the last second or so, and more. */
const lostShare = 0.3;
/** Of the partitions: their people have gone home when Redis comes back, so no record tells an owner of the loss. */
const silentShare = 0.5;

/** The file that commands are appended to. */
async function appendedFile(folder: string): Promise<string> {
  const files = await readdir(join(folder, 'appendonlydir'));
  const name = files.find((file) => file.endsWith('.incr.aof'));
  if (name === undefined) throw new Error(`no append-only file in ${folder}`);
  return join(folder, 'appendonlydir', name);
}

/** Power loss: acknowledged writes are gone, the last ones first, and those of partitions without traffic come back too. */
export const redisTailLoss: Row = {
  name: 'redis-tail-loss',
  number: 9,
  title: 'Redis loses the tail of its append-only file, of partitions with and without further traffic',
  topology: 'one',
  short: true,
  async run(run) {
    const { redis, redisProxy, broker } = run.cluster;
    const ends = async () => {
      const offsets = await broker.offsets(run.topics.behaviour);
      return new Map(offsets.map(({ partition, high }) => [partition, high]));
    };
    await run.startScorers(2);
    // Of this run alone: what earlier rows left behind is not to be cut instead.
    const file = await appendedFile(redis.folder);
    const { size: before } = await stat(file);
    run.load.start(steadyPerSecond);
    await delay(2 * beforeMs);
    await run.until('verdicts flow', () => run.watch.records() > 0);
    const partitions = run.random.shuffled([...(await ends()).keys()]);
    const silent = new Set(partitions.slice(0, Math.ceil(partitions.length * silentShare)));
    run.silence(silent);
    await run.until('nothing waits where nobody types', () => run.waiting(silent) === 0);
    const rewinds = await run.countFromNow('gaitkeeper_stage_rewinds_total', { stage: 'scorer' });
    const atMs = run.clock.nowMs();
    const endsBefore = await ends();
    redis.kill('SIGKILL');
    await redis.halt();
    const { size } = await stat(file);
    const kept = Math.ceil(size - (size - before) * lostShare);
    await truncate(file, kept);
    run.notes.add({ what: 'cut', bytes: size - kept });
    // Nobody may mend anything before it was seen what is lost.
    const down = await redisProxy.add({ kind: 'down' });
    await redis.restart();
    const asked = () =>
      run.behind().then(
        () => true,
        () => false,
      );
    await run.until('Redis can be asked again', asked);
    const lost = await run.behind();
    await down.remove();
    const recoveriesMs = await run.recoveries(atMs);
    await run.settle();
    const endsAfter = await ends();
    const unheard = lost.filter((partition) => endsAfter.get(partition) === endsBefore.get(partition));
    const rewound = await rewinds();
    run.notes.add({ what: 'healed', lost, unheard, rewound });
    return {
      recoveriesMs,
      proofs: [
        { what: 'bytes cut', seen: size - kept },
        { what: 'partitions without a record behind their loss', seen: unheard.length },
        { what: 'partitions read again from an earlier offset', seen: rewound },
      ],
      figures: {
        cutBytes: size - kept,
        partitionsCut: lost.length,
        healedWithoutRecord: unheard.length,
        rewinds: rewound,
      },
    };
  },
  heal: (cluster) => cluster.redis.restart(),
};
