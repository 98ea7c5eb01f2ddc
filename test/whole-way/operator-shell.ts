import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { delimiter } from 'node:path';
import { promisify } from 'node:util';
import type { FoundKafka } from '../../deploy/local/find-kafka.ts';
import { writeKafkaTools } from '../../deploy/local/kafka-tools.ts';
import { createTemporaryFolder } from '../../deploy/local/temporary-folder.ts';

const page = readFileSync(new URL('../../docs/delivery.md', import.meta.url), 'utf8');
const [, section = ''] = page.split("## What Kafka's own tools show\n");

/** The commands of `docs/delivery.md` that look at Kafka, as they stand there. */
export const operatorExamples: readonly string[] = [
  ...(section.split('\n## ')[0] ?? '').matchAll(/```sh\n([\s\S]*?)```/g),
].map(([, text = '']) => text.trim());

/** The one example that holds `text`. @throws where there is none, or another */
export function exampleWith(text: string): string {
  const [example, ...others] = operatorExamples.filter((each) => each.includes(text));
  if (example === undefined || others.length > 0) throw new Error(`not one example with ${text} in docs/delivery.md`);
  return example;
}

/** What the examples are about. */
export interface OperatorShellOptions {
  tools: FoundKafka & { ok: true };
  brokers: readonly string[];
  /** What stands in the place of `gaitkeeper` in the names of topics and groups. */
  installation: string;
  /** Of the broker, where it is on this machine. */
  dataDir?: string;
}

/** What a command said, on both channels, and its exit code. */
export interface Told {
  output: string;
  exitCode: number;
}

/** A shell with Kafka's own tools on its path, in which the examples run as an operator types them. */
export interface OperatorShell {
  run(example: string): Promise<Told>;
  close(): Promise<void>;
}

export async function openOperatorShell(options: OperatorShellOptions): Promise<OperatorShell> {
  const { tools, brokers, installation, dataDir = '' } = options;
  const folder = await createTemporaryFolder('gaitkeeper-tools-');
  await writeKafkaTools(folder.path, tools);
  const env = { ...process.env, PATH: `${folder.path}${delimiter}${process.env['PATH']}` };
  return {
    async run(example) {
      const script = example
        .replaceAll(/gaitkeeper(?=[-.\\])/g, installation)
        .replaceAll('localhost:9092', brokers.join(','))
        .replaceAll('/var/lib/kafka/data', dataDir);
      const shell = promisify(execFile)('bash', ['--norc', '-euo', 'pipefail', '-c', script], {
        env,
        maxBuffer: 16 * 1_048_576,
      });
      return await shell.then(
        ({ stdout, stderr }) => ({ output: stdout + stderr, exitCode: 0 }),
        ({ stdout, stderr, code }: { stdout: string; stderr: string; code: number }) => {
          return { output: `${stdout}${stderr}`, exitCode: code };
        },
      );
    },
    close: () => folder.remove(),
  };
}

/** The rows under each line that begins with `first`, by the words of that line. */
export function tableRows({ output }: Told, first: string): Record<string, string>[] {
  let columns: string[] = [];
  const rows: Record<string, string>[] = [];
  for (const line of output.split('\n')) {
    const words = line.trim().split(/\s+/);
    if (words[0] === first) columns = words;
    else if (words.length > 1 && words.length === columns.length) {
      rows.push(Object.fromEntries(columns.map((column, at) => [column, words[at] ?? ''])));
    }
  }
  return rows;
}
