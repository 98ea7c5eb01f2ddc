import { setTimeout as delay } from 'node:timers/promises';
import { redisCommand } from '../../deploy/local/redis-command.ts';
import type { Row } from '../campaign/row.ts';
import { beforeMs, steadyPerSecond } from './load-rates.ts';

const fullMs = 5_000;
/** Of what a scorer says before it ends. */
const refusalLines = 20;

/** Redis has no memory left; and a Redis that would delete live states to get some is refused. */
export const redisFull: Row = {
  name: 'redis-full',
  number: 14,
  title: 'Redis refuses writes for want of memory, and a scorer refuses a Redis that evicts',
  topology: 'one',
  short: false,
  async run(run) {
    const { port } = run.cluster.redis;
    await run.startScorers(2);
    run.load.start(steadyPerSecond);
    await delay(beforeMs);
    const pauses = await run.countFromNow('gaitkeeper_stage_pauses_total', { stage: 'scorer', reason: 'store' });
    const atMs = run.clock.nowMs();
    await redisCommand(port, 'CONFIG SET maxmemory 1mb', /OK/);
    await delay(fullMs);
    const rested = await pauses();
    await redisCommand(port, 'CONFIG SET maxmemory 0', /OK/);
    const recoveriesMs = await run.recoveries(atMs);
    await redisCommand(port, 'CONFIG SET maxmemory-policy allkeys-lru', /OK/);
    const started = await run.fleet.start('scorer').then(
      () => true,
      () => false,
    );
    const newest = run.fleet.members().at(-1);
    const why = newest?.lastWords(refusalLines) ?? '';
    await newest?.stop();
    await redisCommand(port, 'CONFIG SET maxmemory-policy noeviction', /OK/);
    return {
      recoveriesMs,
      proofs: [
        { what: 'partitions that rested', seen: rested },
        { what: 'words of the refused scorer about the policy', seen: why.split('maxmemory-policy').length - 1 },
      ],
      figures: { pauses: rested },
      breaches: started ? ['a scorer started on a Redis that deletes live states'] : [],
    };
  },
  async heal({ redis }) {
    await redisCommand(redis.port, 'CONFIG SET maxmemory 0 maxmemory-policy noeviction', /OK/);
  },
};
