import type { Installation, RunTopics } from './installation.ts';
import { startOwnProcess } from './own-process.ts';

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

const bytesPerMiB = 1_048_576;

export async function startScorerWorker({
  installation,
  topics,
  profileDir,
}: ScorerWorkerOptions): Promise<ScorerWorker> {
  const group = `${topics.prefix}scorer`;
  const settings = {
    kafkaBrokers: installation.brokers.join(','),
    redisUrl: installation.redisUrl,
    topicPrefix: topics.prefix,
    scorerGroup: group,
    logLevel: 'warn',
  };
  const worker = await startOwnProcess('dist/cli/main.js', ['scorer'], settings, profileDir);
  const metricOf = async (metric: string) => {
    const [value] = (await worker.series(metric)).values();
    if (value === undefined) throw new Error(`the scorer has no metric ${metric}`);
    return value;
  };
  return {
    group,
    assertRunning: () => worker.assertRunning(),
    use: async () => ({
      rssMiB: (await metricOf('process_resident_memory_bytes')) / bytesPerMiB,
      cpuSeconds: await metricOf('process_cpu_seconds_total'),
    }),
    stop: () => worker.stop(),
  };
}
