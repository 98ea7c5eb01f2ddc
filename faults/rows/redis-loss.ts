import { setTimeout as delay } from 'node:timers/promises';
import { redisCommand } from '../../deploy/local/redis-command.ts';
import type { Row } from '../campaign/row.ts';
import { beforeMs, steadyPerSecond } from './load-rates.ts';

/** Of the partitions: nobody types there any more, so that after a restart no record tells a worker of the loss. */
const silentShare = 0.5;

/** Everything in Redis is gone: states, fences, templates. */
export const redisLoss: Row = {
  name: 'redis-loss',
  number: 10,
  title: 'Redis loses everything, also of partitions without further traffic',
  topology: 'one',
  short: false,
  async run(run) {
    const { redis, broker } = run.cluster;
    const ends = async () => {
      const offsets = await broker.offsets(run.topics.behaviour);
      return new Map(offsets.map(({ partition, high }) => [partition, high]));
    };
    await run.startScorers(2);
    run.load.start(steadyPerSecond);
    await delay(2 * beforeMs);
    await run.until('verdicts flow', () => run.watch.records() > 0);
    const partitions = run.random.shuffled([...(await ends()).keys()]);
    const silent = new Set(partitions.slice(0, Math.ceil(partitions.length * silentShare)));
    run.silence(silent);
    await run.until('nothing waits where nobody types', () => run.waiting(silent) === 0);
    const keys = Number((await redisCommand(redis.port, 'DBSIZE', /^:\d+/)).slice(1));
    const refused = await run.countFromNow('gaitkeeper_stage_fenced_total', { stage: 'scorer' });
    const atMs = run.clock.nowMs();
    await redisCommand(redis.port, 'FLUSHALL', /OK/);
    await run.until('an owner has noticed', async () => (await refused()) > 0);
    const noticed = await refused();
    // What they remember of states and templates must not be what saves them.
    await Promise.all(run.scorers().map((scorer) => scorer.restart()));
    const lost = new Set(await run.behind());
    const endsBefore = await ends();
    const recoveriesMs = await run.recoveries(atMs);
    await run.settle();
    const endsAfter = await ends();
    const unheard = [...lost].filter((partition) => endsAfter.get(partition) === endsBefore.get(partition)).length;
    return {
      recoveriesMs,
      proofs: [
        { what: 'keys lost', seen: keys },
        { what: 'owners that noticed', seen: noticed },
        { what: 'partitions without a record behind their loss and the restart', seen: unheard },
      ],
      figures: { keysLost: keys, healedWithoutRecord: unheard },
    };
  },
};
