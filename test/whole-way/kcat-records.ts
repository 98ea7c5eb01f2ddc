import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { ConsumedRecord } from '../../platform/broker/broker.ts';

/** A record as kcat gave it, byte for byte. */
export type KcatRecord = Omit<ConsumedRecord, 'timestampMs'>;

/** Lengths before content, so that no byte of a key or a value can be taken for something else. */
const format = '%t %p %o %K %S %h\\n%k%s\\n';

/** Everything that a topic holds, as kcat reads it, by partition and offset. No key or value of ours is empty, so none is `null`. */
export async function kcatRecords(options: { path: string; brokers: readonly string[]; topic: string }) {
  const { path, brokers, topic } = options;
  const args = ['-b', brokers.join(','), '-C', '-e', '-q', '-o', 'beginning', '-t', topic, '-f', format];
  const { stdout } = await promisify(execFile)(path, args, { encoding: 'buffer', maxBuffer: 64 * 1_048_576 });
  return readRecords(stdout).sort((a, b) => a.partition - b.partition || a.offset - b.offset);
}

function readRecords(output: Buffer): KcatRecord[] {
  const records: KcatRecord[] = [];
  for (let at = 0; at < output.length; ) {
    const lineEnd = output.indexOf('\n', at);
    const [topic = '', partition, offset, keyBytes, valueBytes, ...headers] = output
      .toString('utf8', at, lineEnd)
      .split(' ');
    const keyEnd = lineEnd + 1 + Number(keyBytes);
    const valueEnd = keyEnd + Number(valueBytes);
    records.push({
      ...{ topic, partition: Number(partition), offset: Number(offset) },
      key: output.subarray(lineEnd + 1, keyEnd),
      value: output.subarray(keyEnd, valueEnd),
      headers: readHeaders(headers.join(' ')),
    });
    at = valueEnd + 1;
  }
  return records;
}

function readHeaders(text: string): Record<string, string> {
  const pairs = text === '' ? [] : text.split(',');
  return Object.fromEntries(pairs.map((pair) => [pair.split('=', 1)[0], pair.slice(pair.indexOf('=') + 1)]));
}
