import type { Installation, RunTopics } from '../pipeline/installation.ts';
import { startOwnProcess } from '../pipeline/own-process.ts';

/** One `gaitkeeper alerting` in a process of its own, built, as it runs in production. */
export interface AlertingWorker {
  assertRunning(): void;
  /** What it has spent so far: resident memory, and processor time, user and system. */
  use(): Promise<{ rssMiB: number; cpuSeconds: number }>;
  stop(): Promise<void>;
  /** SIGKILL. */
  crash(): Promise<void>;
}

const bytesPerMiB = 1_048_576;

/** Starts it under the topics' prefix, with these settings of its own; resolves once it is ready. */
export async function startAlertingWorker(
  { brokers, redisUrl }: Installation,
  { prefix }: RunTopics,
  settings: Readonly<Record<string, unknown>>,
): Promise<AlertingWorker> {
  const worker = await startOwnProcess('dist/cli/main.js', ['alerting'], {
    ...{ kafkaBrokers: brokers.join(','), redisUrl, topicPrefix: prefix, logLevel: 'warn' },
    ...{ alertingGroup: `${prefix}alerting`, ...settings },
  });
  const metricOf = async (metric: string) => {
    const [value] = (await worker.series(metric)).values();
    if (value === undefined) throw new Error(`alerting has no metric ${metric}`);
    return value;
  };
  return {
    assertRunning: () => worker.assertRunning(),
    use: async () => ({
      rssMiB: (await metricOf('process_resident_memory_bytes')) / bytesPerMiB,
      cpuSeconds: await metricOf('process_cpu_seconds_total'),
    }),
    stop: () => worker.stop(),
    crash: () => worker.crash(),
  };
}
