import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { createDirectoryFollower } from '../../alerting/directory/directory-follower.ts';
import { readDirectoryKeys } from '../../alerting/directory/directory-keys.ts';
import { createTenantPseudonymisers } from '../../ingest/pseudonymiser.ts';
import type { Broker } from '../../platform/broker/broker.ts';
import { createMemoryBroker } from '../../platform/broker/memory-broker.ts';
import { createManualClock } from '../../platform/clock.ts';
import { createMetrics } from '../../platform/metrics.ts';
import { createCapturedLog } from '../../test/fixtures/captured-log.ts';
import { recordsIn } from '../../test/fixtures/records-in.ts';
import { pseudonymiserFrom } from '../pseudonym-key-file.ts';
import { type NamedPerson, readPeople } from './people-file.ts';
import { forgetPerson, writePeople } from './write-directory.ts';

const folder = mkdtempSync(join(tmpdir(), 'gaitkeeper-directory-'));
afterAll(() => rmSync(folder, { recursive: true }));

const topic = 'directory';
const id = '0123456789abcdef0123456789abcdef';
const gatewayKey = Buffer.alloc(32, 5);
const pseudonymise = createTenantPseudonymisers(gatewayKey, '2026')('acme');
const read = readDirectoryKeys(`k1:${'ab'.repeat(32)}`);
if (!read.ok) throw new Error(read.detail);
const { keys } = read;

let files = 0;
function fileOf(text: string): string {
  const path = join(folder, `${++files}.txt`);
  writeFileSync(path, text);
  return path;
}

async function people(text: string, withKey = true): Promise<NamedPerson[]> {
  const found: NamedPerson[] = [];
  const options = { tenant: 'acme', pseudonymise: withKey ? pseudonymise : undefined };
  for await (const each of readPeople(fileOf(text), options)) found.push(each);
  return found;
}

const brokers: Broker[] = [];
afterEach(async () => {
  for (const broker of brokers.splice(0)) await broker.close();
});

describe('a file of people', () => {
  it("gives those with an id the gateway's own pseudonym, by kind, and takes given ones as they are", async () => {
    const lines = [
      { id, name: 'avery', fullName: 'Avery Example', groups: ['finance'] },
      { kind: 'host', id, name: 'WKS-17' },
      { pseudonym: 'f'.repeat(32), name: 'blake', domain: 'CORP' },
    ];
    const found = await people(`${lines.map((line) => JSON.stringify(line)).join('\r\n')}\r\n\r\n`);
    expect(found.map(({ name }) => name)).toEqual([
      { kind: 'subject', tenant: 'acme', pseudonym: pseudonymise('subject', id) },
      { kind: 'host', tenant: 'acme', pseudonym: pseudonymise('host', id) },
      { kind: 'subject', tenant: 'acme', pseudonym: 'f'.repeat(32) },
    ]);
    expect(found[0]?.person).toEqual({ name: 'avery', fullName: 'Avery Example', domain: null, groups: ['finance'] });
  });

  it.each([
    ['no json', /line 2 of the file: is not an object/],
    [`{"id":"${id}"}`, /line 2 of the file: name: /],
    [`{"name":"secret-name"}`, /either id or pseudonym/],
    [`{"id":"${id}","pseudonym":"${id}","name":"secret-name"}`, /either id or pseudonym/],
    [`{"id":"avery@example.org","name":"secret-name"}`, /id: must be 32/],
    [`{"id":"${id}","name":"secret-name","salary":1}`, /is not an object with/],
    [`{"id":"${id}","name":""}`, /line 2 of the file: name: /],
    [`{"id":"${id}","name":"secret-name","groups":${JSON.stringify(Array(65).fill('g'))}}`, /groups: /],
  ])('that is wrong is refused by line and field, and cited nowhere: %#', async (line, why) => {
    const refusal = await people(`{"pseudonym":"${id}","name":"blake"}\n${line}\n`).catch((error: Error) => error);
    expect(String(refusal)).toMatch(why);
    expect(String(refusal)).not.toMatch(/secret-name|avery|salary/);
  });

  it('with ids asks for the key, and says so when there is no such file', async () => {
    await expect(people(`{"id":"${id}","name":"avery"}`, false)).rejects.toThrow('--pseudonym-key-file');
    const missing = readPeople(join(folder, 'none'), { tenant: 'acme', pseudonymise });
    await expect(missing.next()).rejects.toThrow('--people cannot be read');
  });

  it('is made pseudonymous with the key as the gateway has it', () => {
    const pseudonymKeyFile = fileOf(`${gatewayKey.toString('hex')}\n`);
    const made = pseudonymiserFrom('acme', { pseudonymKeyFile, pseudonymEpoch: '2026' });
    expect(made?.('subject', id)).toBe(pseudonymise('subject', id));
    expect(pseudonymiserFrom('acme', { pseudonymEpoch: '1' })).toBeUndefined();
    const wrong = { pseudonymKeyFile: fileOf('short'), pseudonymEpoch: '1' };
    expect(() => pseudonymiserFrom('acme', wrong)).toThrow('holds no key');
  });
});

describe('what is sealed', () => {
  it('is what alerting knows, and is forgotten again; the topic tells no name', async () => {
    const broker = createMemoryBroker();
    brokers.push(broker);
    await broker.connect();
    await broker.createTopics([{ name: topic, partitions: 2, replicationFactor: 1, config: {} }]);
    let nonces = 0;
    const randomBytes = (bytes: number) => Buffer.alloc(bytes, ++nonces);
    const done: number[] = [];
    const file = fileOf(
      Array.from({ length: 450 }, (_, at) =>
        JSON.stringify({ pseudonym: at.toString(16).padStart(32, '0'), name: `person-${at}` }),
      ).join('\n'),
    );
    const written = await writePeople(readPeople(file, { tenant: 'acme', pseudonymise: undefined }), {
      ...{ broker, topic, keys, randomBytes, onDone: (entries) => done.push(entries) },
    });
    expect([written, done]).toEqual([450, [200, 400, 450]]);
    const gone = { kind: 'subject' as const, tenant: 'acme', pseudonym: '0'.repeat(32) };
    await forgetPerson({ broker, topic }, gone);
    const stored = (await recordsIn(broker, topic)).map(({ value }) => value?.toString('latin1') ?? '').join('');
    expect(stored).not.toContain('person-');
    const { log } = createCapturedLog();
    const clock = createManualClock();
    const follower = createDirectoryFollower({ broker, topic, keys, clock, log, metrics: createMetrics() });
    await follower.start();
    expect(follower.directory.personOf('acme', gone.pseudonym)).toBeUndefined();
    expect(follower.directory.personOf('acme', (449).toString(16).padStart(32, '0'))?.name).toBe('person-449');
    await follower.stop();
  });
});
