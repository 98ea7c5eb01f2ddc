import { setTimeout as delay } from 'node:timers/promises';
import { startLocalRedis } from '../../deploy/local/local-redis.ts';
import { redisCommand } from '../../deploy/local/redis-command.ts';
import type { Row } from '../campaign/row.ts';
import { beforeMs, steadyPerSecond } from './load-rates.ts';

const host = '127.0.0.1';
/** So long the replica hears nothing of the primary before it takes over: what was acknowledged meanwhile is lost. */
const behindMs = 2_000;

/** The primary is cut off, a replica that lags behind takes over, and the old primary comes back as its replica. */
export const redisFailover: Row = {
  name: 'redis-failover',
  number: 11,
  title: 'a replica of Redis that is two seconds behind takes over, and the old primary becomes its replica',
  topology: 'one',
  short: false,
  servers: {},
  async run(run) {
    const { redis: primary, redisProxy, redirectRedis } = run.cluster;
    const replica = await startLocalRedis({ appendOnly: true, args: ['--replicaof', host, String(primary.port)] });
    run.atEnd(() => replica.stop());
    const inStep = (port: number) => redisCommand(port, 'INFO replication', /master_link_status:up/);
    await inStep(replica.port);
    await run.startScorers(2);
    run.load.start(steadyPerSecond);
    await delay(2 * beforeMs);
    await run.until('verdicts flow', () => run.watch.records() > 0);

    await redisCommand(replica.port, `REPLICAOF ${host} 1`, /OK/);
    await delay(behindMs);
    const rewinds = await run.countFromNow('gaitkeeper_stage_rewinds_total', { stage: 'scorer' });
    const atMs = run.clock.nowMs();
    const down = await redisProxy.add({ kind: 'down' });
    redirectRedis(replica.port);
    await redisCommand(replica.port, 'REPLICAOF NO ONE', /OK/);
    await redisCommand(primary.port, `REPLICAOF ${host} ${replica.port}`, /OK/);
    await down.remove();
    const recoveriesMs = await run.recoveries(atMs);
    await inStep(primary.port);
    const rewound = await rewinds();
    return {
      recoveriesMs,
      proofs: [{ what: 'partitions read again from an earlier offset', seen: rewound }],
      figures: { rewinds: rewound },
    };
  },
};
