import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startChildServer } from './child-server.ts';
import { freePorts } from './free-ports.ts';
import { findLocalRedis } from './local-redis.ts';
import { createTemporaryFolder } from './temporary-folder.ts';

/** A sentinel of our own, alone: it decides by itself that a primary is gone. */
export interface LocalRedisSentinel {
  readonly port: number;
  /** Stops it. Idempotent. */
  stop(): Promise<void>;
}

/** What the sentinel calls the servers that it watches. */
export const localSentinelPrimary = 'gaitkeeper';

/** Starts a sentinel that watches the primary on `primaryPort`, and promotes a replica a second after it is gone. */
export async function startLocalRedisSentinel(primaryPort: number): Promise<LocalRedisSentinel> {
  const found = findLocalRedis();
  if (!found.ok) throw new Error(found.detail);
  const folder = await createTemporaryFolder('gaitkeeper-sentinel-');
  const [port] = await freePorts(1);
  // It writes what it learns into its own configuration file.
  const configuration = join(folder.path, 'sentinel.conf');
  const lines = [
    `port ${port}`,
    'bind 127.0.0.1',
    `dir ${folder.path}`,
    `sentinel monitor ${localSentinelPrimary} 127.0.0.1 ${primaryPort} 1`,
    `sentinel down-after-milliseconds ${localSentinelPrimary} 1000`,
    `sentinel failover-timeout ${localSentinelPrimary} 3000`,
  ];
  try {
    await writeFile(configuration, `${lines.join('\n')}\n`);
    const server = await startChildServer({
      name: 'redis sentinel',
      program: found.path,
      args: [configuration, '--sentinel', '--daemonize', 'no'],
      ready: /\+monitor/,
      readyTimeoutMs: 20_000,
    });
    return {
      port: port as number,
      stop: async () => {
        await server.stop();
        await folder.remove();
      },
    };
  } catch (error) {
    await folder.remove();
    throw error;
  }
}
