import { setTimeout as delay } from 'node:timers/promises';
import { freePorts } from '../../deploy/local/free-ports.ts';
import { environmentNameOf } from '../../platform/config/setting-names.ts';
import { startWorkerProcess, type WorkerProcess } from './worker-process.ts';

/** A process of the product with an admin server of its own. */
export interface OwnProcess extends WorkerProcess {
  /** The series of a metric with their values, by their labels as exposed; the empty text for none. */
  series(metric: string): Promise<Map<string, number>>;
}

const readyWithinMs = 90_000;
const pollMs = 50;

/** Starts it with these settings in its environment, and resolves once it is ready. */
export async function startOwnProcess(
  program: string,
  args: readonly string[],
  settings: Readonly<Record<string, unknown>>,
  profileDir?: string,
): Promise<OwnProcess> {
  const [adminPort] = await freePorts(1);
  const env = { ...process.env };
  for (const [key, value] of Object.entries({ logLevel: 'error', ...settings, adminPort, logFormat: 'json' })) {
    env[environmentNameOf(key)] = String(value);
  }
  for (const name of ['GAITKEEPER_TEST_KAFKA', 'GAITKEEPER_TEST_REDIS']) delete env[name];
  const worker = startWorkerProcess({ program, args, env, ...(profileDir === undefined ? {} : { profileDir }) });
  const url = `http://127.0.0.1:${adminPort}`;
  const untilMs = performance.now() + readyWithinMs;
  while (
    !(await fetch(`${url}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    ))
  ) {
    worker.assertRunning();
    if (performance.now() > untilMs) throw new Error(`${program} was not ready in time`);
    await delay(pollMs);
  }
  return {
    ...worker,
    async series(metric) {
      const text = await (await fetch(`${url}/metrics`)).text();
      const found = text.matchAll(new RegExp(`^${metric}(\\{[^}]*\\})? ([0-9.e+-]+)$`, 'gm'));
      return new Map([...found].map(([, labels = '', value]) => [labels, Number(value)]));
    },
  };
}
