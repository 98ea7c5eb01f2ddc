import { freePorts } from './free-ports.ts';
import { type LocalRedis, startLocalRedis } from './local-redis.ts';
import { redisCommand } from './redis-command.ts';

/** A Redis Cluster of our own on the loopback interface: primaries without replicas, which share the slots evenly. */
export interface LocalRedisCluster {
  readonly nodes: readonly LocalRedis[];
  /** Of the first node. */
  readonly url: string;
  /** `host:port` of the others. */
  readonly otherNodes: readonly string[];
  /** Stops every node and removes its data. Idempotent. */
  stop(): Promise<void>;
}

const slots = 16_384;

/** Starts the nodes, joins them and resolves when each knows the others and every slot is served. */
export async function startLocalRedisCluster({ size = 3 }: { size?: number } = {}): Promise<LocalRedisCluster> {
  const busPorts = await freePorts(size);
  const started = await Promise.allSettled(
    busPorts.map((port) =>
      startLocalRedis({
        args: ['--cluster-enabled', 'yes', '--cluster-port', `${port}`, '--cluster-node-timeout', '2000'],
      }),
    ),
  );
  const nodes = started.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  const stop = async (): Promise<void> => {
    await Promise.all(nodes.map((node) => node.stop()));
  };
  try {
    for (const each of started) if (each.status === 'rejected') throw each.reason;
    const [first] = nodes;
    if (first === undefined) throw new RangeError('a cluster has one node at least');
    for (const [i, { port }] of nodes.entries()) {
      const from = Math.floor((i * slots) / size);
      const to = Math.floor(((i + 1) * slots) / size) - 1;
      await redisCommand(port, `CLUSTER ADDSLOTSRANGE ${from} ${to}`, /OK/);
      await redisCommand(port, `CLUSTER SET-CONFIG-EPOCH ${i + 1}`, /OK/);
      await redisCommand(port, `CLUSTER MEET 127.0.0.1 ${first.port} ${busPorts[0]}`, /OK/);
    }
    for (const { port } of nodes) {
      await redisCommand(port, 'CLUSTER INFO', new RegExp(`cluster_state:ok[^]*cluster_known_nodes:${size}\\b`));
    }
    return {
      nodes,
      url: first.url,
      otherNodes: nodes.slice(1).map(({ port }) => `127.0.0.1:${port}`),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
