import { setTimeout as delay } from 'node:timers/promises';
import { freePorts } from '../../deploy/local/free-ports.ts';
import { environmentNameOf } from '../../platform/config/setting-names.ts';
import type { Installation, RunTopics } from './installation.ts';
import { startWorkerProcess } from './worker-process.ts';

/** What a worker has spent so far. */
export interface WorkerUse {
  rssMiB: number;
  /** User and system. */
  cpuSeconds: number;
}

/** One `gaitkeeper scorer` in a process of its own, built, as it runs in production: a loader of TypeScript costs some speed. */
export interface ScorerWorker {
  group: string;
  assertRunning(): void;
  use(): Promise<WorkerUse>;
  stop(): Promise<void>;
}

export interface ScorerWorkerOptions {
  installation: Installation;
  topics: RunTopics;
  profileDir?: string;
}

const readyWithinMs = 60_000;
const bytesPerMiB = 1_048_576;

export async function startScorerWorker({
  installation,
  topics,
  profileDir,
}: ScorerWorkerOptions): Promise<ScorerWorker> {
  const [adminPort] = await freePorts(1);
  const group = `${topics.prefix}scorer`;
  const settings = {
    kafkaBrokers: installation.brokers.join(','),
    redisUrl: installation.redisUrl,
    topicPrefix: topics.prefix,
    scorerGroup: group,
    adminPort,
    logLevel: 'warn',
    logFormat: 'json',
  };
  const env = { ...process.env };
  for (const [key, value] of Object.entries(settings)) env[environmentNameOf(key)] = String(value);
  for (const name of ['GAITKEEPER_TEST_KAFKA', 'GAITKEEPER_TEST_REDIS']) delete env[name];
  const worker = startWorkerProcess({
    ...{ program: 'dist/cli/main.js', args: ['scorer'], env },
    ...(profileDir === undefined ? {} : { profileDir }),
  });
  const url = `http://127.0.0.1:${adminPort}`;
  const untilMs = performance.now() + readyWithinMs;
  while (
    !(await fetch(`${url}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    ))
  ) {
    worker.assertRunning();
    if (performance.now() > untilMs) throw new Error('the scorer was not ready in time');
    await delay(20);
  }
  return {
    group,
    assertRunning: () => worker.assertRunning(),
    async use() {
      const text = await (await fetch(`${url}/metrics`)).text();
      return {
        rssMiB: metric(text, 'process_resident_memory_bytes') / bytesPerMiB,
        cpuSeconds: metric(text, 'process_cpu_seconds_total'),
      };
    },
    stop: () => worker.stop(),
  };
}

function metric(text: string, name: string): number {
  const found = new RegExp(`^${name}(?:\\{[^}]*\\})? ([0-9.e+-]+)`, 'm').exec(text);
  if (found?.[1] === undefined) throw new Error(`the scorer has no metric ${name}`);
  return Number(found[1]);
}
