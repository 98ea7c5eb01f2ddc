import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTemporaryFolder } from '../../deploy/local/temporary-folder.ts';

/** The configuration that is shipped, and what of it a test puts another value to. */
const shipped = readFileSync(new URL('../../deploy/siem/rsyslog/gaitkeeper.conf', import.meta.url), 'utf8');

/** rsyslog with the shipped configuration: a collector that none of us wrote. */
export interface RsyslogSubscriber {
  /** Every line that it wrote so far. */
  lines(): Promise<string[]>;
  /** Ends it by its pid and removes its files. Idempotent. */
  stop(): Promise<void>;
}

export interface RsyslogOptions {
  path: string;
  brokers: readonly string[];
  topic: string;
}

function replaced(text: string, from: string, to: string): string {
  if (text.split(from).length !== 2) throw new Error(`the shipped configuration names ${from} not once`);
  return text.replace(from, () => to);
}

/** Starts rsyslog on a topic, in a folder of its own. */
export async function startRsyslogSubscriber({ path, brokers, topic }: RsyslogOptions): Promise<RsyslogSubscriber> {
  const folder = await createTemporaryFolder('gaitkeeper-rsyslog-');
  const output = join(folder.path, 'alerts.log');
  let config = replaced(shipped, '["kafka:9092"]', JSON.stringify(brokers));
  config = replaced(config, 'gaitkeeper.alerts-cef.v1', topic);
  config = replaced(config, '"siem-rsyslog"', `"${topic}.rsyslog"`);
  config = replaced(config, '/var/log/gaitkeeper-alerts.log', output);
  const configFile = join(folder.path, 'rsyslog.conf');
  await writeFile(configFile, config);
  const child = spawn(path, ['-n', '-i', join(folder.path, 'pid'), '-f', configFile], {
    stdio: 'ignore',
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  // Where it cannot be started there are no lines, which the test waits for.
  child.once('error', () => {});
  return {
    lines: async () => (await readFile(output, 'utf8').catch(() => '')).split('\n').slice(0, -1),
    async stop() {
      child.kill('SIGTERM');
      await ended;
      await folder.remove();
    },
  };
}
