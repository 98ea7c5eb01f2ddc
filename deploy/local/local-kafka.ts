import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type ChildServer, startChildServer } from './child-server.ts';
import { findLocalKafka } from './find-kafka.ts';
import { freePorts } from './free-ports.ts';
import { kafkaNodeProperties } from './kafka-node-properties.ts';
import { createTemporaryFolder } from './temporary-folder.ts';

export interface LocalKafkaOptions {
  nodes?: 1 | 3;
  /** Where the logs lie, for example a small file system that fills up. It is left in place by `stop`. Default: a temporary folder, removed by `stop`. */
  dataDir?: string;
  /** Heap of each node. Default: 512 MiB. */
  heapMiB?: number;
  /**
   * Of each node, the port of the loopback interface that clients are told to use instead of its own: that of a proxy
   * before it. What the nodes say to each other goes by a way of its own.
   */
  advertisedPorts?: readonly number[];
  /** Further lines of `server.properties`, in Kafka's own keys; they win over ours. */
  properties?: Readonly<Record<string, string>>;
}

/** An Apache Kafka of our own on the loopback interface (KRaft, every node broker and controller). Nodes count from 0. */
export interface LocalKafka {
  /** Where each node listens, whatever it tells its clients. */
  readonly brokers: string[];
  /** The way of the nodes among themselves, past the advertised ports; without these the same as `brokers`. */
  readonly innerBrokers: string[];
  /** Of each node; another one after {@link restart}. */
  pids(): number[];
  /** Sends a signal to one node, or to all: SIGKILL for a crash, SIGSTOP and SIGCONT for a freeze. */
  kill(signal: NodeJS.Signals, node?: number): void;
  /** Stops one node, or all, in order, and leaves the data. Resolves when they are gone. */
  halt(node?: number): Promise<void>;
  /** Ends what still runs of one node, or of all, and starts it again on the same ports and data. */
  restart(node?: number): Promise<void>;
  /** Stops every node and removes their data. Idempotent. */
  stop(): Promise<void>;
}

/** Starts one node, or three, and resolves when every node serves. Rejects when Kafka is missing or does not start. */
export async function startLocalKafka(options: LocalKafkaOptions = {}): Promise<LocalKafka> {
  const found = findLocalKafka();
  if (!found.ok) throw new Error(found.detail);
  const { java, classPath } = found;
  const nodes = options.nodes ?? 1;
  const temporary = options.dataDir === undefined ? await createTemporaryFolder('gaitkeeper-kafka-') : undefined;
  const folder = temporary?.path ?? options.dataDir ?? '';
  const freeOnes = await freePorts(nodes * 3);
  const ports = freeOnes.slice(0, nodes * 2);
  const internalPorts = freeOnes.slice(nodes * 2);
  const configs = Array.from({ length: nodes }, (_, node) => join(folder, `node-${node}.properties`));
  const servers: ChildServer[] = [];

  const start = (node: number): Promise<ChildServer> =>
    startChildServer({
      name: `kafka node ${node}`,
      program: java,
      args: serverArguments(classPath, options.heapMiB ?? 512, configs[node] as string),
      ready: /Kafka Server started/,
      readyTimeoutMs: 90_000,
    });
  const which = (node: number | undefined): number[] =>
    node === undefined ? servers.map((_, index) => index) : [node];
  const halt = async (node?: number): Promise<void> => {
    await Promise.all(which(node).map((index) => servers[index]?.stop()));
  };

  try {
    await mkdir(folder, { recursive: true });
    const clusterId = randomBytes(16).toString('base64url');
    await Promise.all(
      configs.map(async (config, node) => {
        await writeFile(
          config,
          kafkaNodeProperties({
            node,
            ports,
            ...advertise(options.advertisedPorts?.[node], internalPorts[node] as number),
            dataDir: join(folder, `data-${node}`),
            ...(options.properties === undefined ? {} : { properties: options.properties }),
          }),
        );
        const format = [
          '-Xmx128m',
          ...quickStart,
          '-cp',
          classPath,
          'kafka.tools.StorageTool',
          'format',
          '--ignore-formatted',
        ];
        await promisify(execFile)(java, [...format, `--cluster-id=${clusterId}`, '-c', config]);
      }),
    );
    servers.push(...(await allOrNone(configs.map((_, node) => start(node)))));
  } catch (error) {
    await temporary?.remove();
    throw error;
  }

  return {
    brokers: Array.from({ length: nodes }, (_, node) => `127.0.0.1:${ports[node * 2]}`),
    innerBrokers: Array.from({ length: nodes }, (_, node) => {
      const inner = options.advertisedPorts?.[node] === undefined ? ports[node * 2] : internalPorts[node];
      return `127.0.0.1:${inner}`;
    }),
    pids: () => servers.map((server) => server.pid),
    kill: (signal, node) => {
      for (const index of which(node)) servers[index]?.kill(signal);
    },
    halt,
    restart: async (node) => {
      await halt(node);
      const indexes = which(node);
      const started = await allOrNone(indexes.map(start));
      indexes.forEach((index, at) => {
        servers[index] = started[at] as ChildServer;
      });
    },
    stop: async () => {
      await halt();
      await temporary?.remove();
    },
  };
}

function advertise(clientPort: number | undefined, internalPort: number) {
  return clientPort === undefined ? {} : { advertised: { clientPort, internalPort } };
}

/** Less optimising at the start and no performance-data files: both only cost time here. */
const quickStart = ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-XX:-UsePerfData'];

function serverArguments(classPath: string, heapMiB: number, config: string): string[] {
  return [
    `-Xms${Math.min(256, heapMiB)}m`,
    `-Xmx${heapMiB}m`,
    '-XX:+UseG1GC',
    '-XX:-UsePerfData',
    '-Djava.awt.headless=true',
    '-Dorg.slf4j.simpleLogger.defaultLogLevel=info',
    '-cp',
    classPath,
    'kafka.Kafka',
    config,
  ];
}

/** Every server, or none: one that fails to start takes the others with it. */
async function allOrNone(starting: readonly Promise<ChildServer>[]): Promise<ChildServer[]> {
  const settled = await Promise.allSettled(starting);
  const failed = settled.find((outcome) => outcome.status === 'rejected');
  const started = settled.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
  if (failed === undefined) return started;
  await Promise.all(started.map((server) => server.stop()));
  throw failed.reason;
}
