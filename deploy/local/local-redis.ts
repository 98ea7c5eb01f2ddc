import { type ChildServer, startChildServer } from './child-server.ts';
import { type Found, findProgram } from './find-program.ts';
import { freePorts } from './free-ports.ts';
import { createTemporaryFolder } from './temporary-folder.ts';

export interface LocalRedisOptions {
  /** Keeps an append-only file, so that a restart finds what was acknowledged. Default: false, all in memory. */
  appendOnly?: boolean;
  /** Where its data lie, for example a small file system that fills up. It is left in place by `stop`. Default: a temporary folder, removed by `stop`. */
  dataDir?: string;
  /** More arguments of `redis-server`, for example `['--maxmemory', '64mb']`. */
  args?: readonly string[];
}

/** A Redis of our own on the loopback interface. */
export interface LocalRedis {
  readonly url: string;
  readonly port: number;
  /** Where its data lie. */
  readonly folder: string;
  /** Of the running server; another one after {@link restart}. */
  pid(): number;
  /** Sends a signal: SIGKILL for a crash, SIGSTOP and SIGCONT for a freeze. */
  kill(signal: NodeJS.Signals): void;
  /** Stops it in order and leaves the data. Resolves when it is gone. */
  halt(): Promise<void>;
  /** Ends what still runs and starts again on the same port and data. */
  restart(): Promise<void>;
  /** Stops the server and removes its temporary folder. Idempotent. */
  stop(): Promise<void>;
}

export function findLocalRedis(): Found {
  return findProgram('redis-server', 'run `npm run setup:servers`, or install Redis 7');
}

/** Starts a Redis and resolves when it accepts connections. Rejects when there is none or it does not start. */
export async function startLocalRedis(options: LocalRedisOptions = {}): Promise<LocalRedis> {
  const found = findLocalRedis();
  if (!found.ok) throw new Error(found.detail);
  const temporary = options.dataDir === undefined ? await createTemporaryFolder('gaitkeeper-redis-') : undefined;
  const folder = temporary?.path ?? options.dataDir ?? '';
  const [port] = await freePorts(1);
  const args = ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--daemonize', 'no'];
  args.push('--appendonly', options.appendOnly === true ? 'yes' : 'no', ...(options.args ?? []));
  const start = (): Promise<ChildServer> =>
    startChildServer({
      name: 'redis',
      program: found.path,
      args,
      ready: /Ready to accept connections/,
      readyTimeoutMs: 20_000,
    });

  let server = await start().catch(async (error: unknown) => {
    await temporary?.remove();
    throw error;
  });
  return {
    url: `redis://127.0.0.1:${port}`,
    port: port as number,
    folder,
    pid: () => server.pid,
    kill: (signal) => server.kill(signal),
    halt: () => server.stop(),
    restart: async () => {
      await server.stop();
      server = await start();
    },
    stop: async () => {
      await server.stop();
      await temporary?.remove();
    },
  };
}
