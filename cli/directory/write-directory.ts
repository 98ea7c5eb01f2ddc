import { type DirectoryName, directoryTopicKey } from '../../alerting/directory/directory-entry.ts';
import type { DirectoryKeys } from '../../alerting/directory/directory-keys.ts';
import { nonceBytes, sealEntry } from '../../alerting/directory/sealed-entry.ts';
import type { Broker, OutgoingRecord } from '../../platform/broker/broker.ts';
import type { NamedPerson } from './people-file.ts';

/** What the directory is written with. */
export interface WriteDirectoryOptions {
  broker: Pick<Broker, 'produce'>;
  topic: string;
  keys: DirectoryKeys;
  /** So many random bytes. */
  randomBytes: (bytes: number) => Buffer;
  onDone?: (entries: number) => void;
}

const chunkEntries = 200;

/** Seals people and writes them to the directory's topic, each in the place of what stood under the name. Returns how many. */
export async function writePeople(
  people: AsyncIterable<NamedPerson>,
  { broker, topic, keys, randomBytes, onDone }: WriteDirectoryOptions,
): Promise<number> {
  let chunk: OutgoingRecord[] = [];
  let written = 0;
  async function flush(): Promise<void> {
    if (chunk.length > 0) await broker.produce(chunk);
    written += chunk.length;
    chunk = [];
    onDone?.(written);
  }
  for await (const { name, person } of people) {
    const value = sealEntry(person, { name, keys, nonce: randomBytes(nonceBytes) });
    chunk.push({ topic, key: directoryTopicKey(name), value });
    if (chunk.length >= chunkEntries) await flush();
  }
  await flush();
  return written;
}

/** Takes somebody out of the directory. */
export async function forgetPerson(
  { broker, topic }: { broker: Pick<Broker, 'produce'>; topic: string },
  name: DirectoryName,
): Promise<void> {
  await broker.produce([{ topic, key: directoryTopicKey(name), value: null }]);
}
