import { spawn } from 'node:child_process';

/** A record as kcat printed it. */
export interface PrintedRecord {
  key: string;
  value: string;
}

/** kcat as a member of a consumer group of its own: a subscriber that none of us wrote. */
export interface KcatSubscriber {
  /** Everything that it received so far. */
  records(): PrintedRecord[];
  /** What it says about itself, on standard error. */
  messages(): string;
  /** Ends it by its pid. Idempotent. */
  stop(): Promise<void>;
}

export interface KcatOptions {
  path: string;
  brokers: readonly string[];
  topic: string;
}

export function startKcatSubscriber({ path, brokers, topic }: KcatOptions): KcatSubscriber {
  const from = ['-X', 'auto.offset.reset=earliest', '-X', 'enable.partition.eof=false'];
  // Neither a pseudonym nor JSON holds a raw tab or line break.
  const child = spawn(path, ['-b', brokers.join(','), ...from, '-u', '-f', '%k\t%s\n', '-G', `${topic}.kcat`, topic], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  let output = '';
  let messages = '';
  child.once('error', (error) => {
    messages += error.message;
  });
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    output += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    messages += chunk;
  });
  return {
    records: () =>
      output
        .split('\n')
        .slice(0, -1)
        .map((line) => {
          const [key = '', value = ''] = line.split('\t');
          return { key, value };
        }),
    messages: () => messages,
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
