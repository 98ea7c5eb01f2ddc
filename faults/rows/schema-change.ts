import { setTimeout as delay } from 'node:timers/promises';
import type { BehaviourBatch } from '../../detection/words/behaviour.ts';
import type { AvroJson } from '../../schemas/avro-node.ts';
import { maxBatchBytes, maxBatchItems } from '../../schemas/batch-limits.ts';
import { type Codec, createCodec } from '../../schemas/codec.ts';
import { singleObjectHeader, singleObjectHeaderBytes } from '../../schemas/framing.ts';
import { defaultConfluentIds, loadSchema, type SchemaVersion, schemaVersion } from '../../schemas/stored-schemas.ts';
import type { Row } from '../campaign/row.ts';
import { placeOf, readDeadLetters } from '../harness/dead-letters.ts';
import { createDirectSender, produceStubbornly } from '../harness/direct-sender.ts';
import type { FaultRun } from '../harness/fault-run.ts';
import { createLoad } from '../harness/load.ts';
import { beforeMs, steadyPerSecond } from './load-rates.ts';

const schema = 'behaviour-batch';
const newerByFingerprint = 'newer by fingerprint';
/** An id that no registry of ours has given. */
const unknownId = 4_711;
/** Of each writer that nobody can read. */
const ofEachUnreadable = 8;
/** A flood of them would be a bad deploy, which stops the stage on purpose. */
const betweenMs = 150;

type Encode = (batch: BehaviourBatch) => Buffer;

/** Of some versions, the last of which is written; what it writes is not looked at. */
const codecOf = <Value>(...versions: SchemaVersion[]): Codec<Value> =>
  createCodec<Value>({
    ...{ versions, confluentIds: {}, maxBytes: maxBatchBytes, limits: { maxItems: maxBatchItems } },
    problemOf: () => undefined,
  });

/** Writers whose batches every reader of this version reads: each stored version, in both framings. */
function readableWriters(): Map<string, Encode> {
  const ids = defaultConfluentIds()[schema] ?? {};
  return new Map(
    loadSchema(schema).flatMap((version): [string, Encode][] => {
      const codec = codecOf<BehaviourBatch>(version);
      const id = ids[version.version];
      if (id === undefined) throw new Error(`${schema} ${version.version} has no id in the registry`);
      return [
        [`${version.version} by fingerprint`, codec.encode],
        [`${version.version} by id`, (batch) => codec.encodeConfluent(batch, id)],
      ];
    }),
  );
}

/** The version that could come next: a field more, with a default. Both ways compatible, for whoever knows it. */
function nextVersion(newest: SchemaVersion): SchemaVersion {
  const { fields, ...rest } = newest.json as { fields: AvroJson[] };
  const added = { name: 'addedLater', type: 'int', default: 7, doc: 'Added later.' };
  return schemaVersion(schema, 'next', { ...rest, fields: [...fields, added] } as AvroJson);
}

/** A version that reads as no other: what was a number is a text. */
function brokenVersion(newest: SchemaVersion): SchemaVersion {
  const { fields, ...rest } = newest.json as { fields: { name: string }[] };
  const changed = fields.map((field) =>
    field.name === 'sequence' ? { ...field, type: 'string', default: '' } : field,
  );
  return schemaVersion(schema, 'broken', { ...rest, fields: changed } as AvroJson);
}

/** Writers whose batches a reader of this version must set aside, and never misread. */
function unreadableWriters(newest: SchemaVersion): Map<string, Encode> {
  const newer = codecOf<unknown>(nextVersion(newest));
  const broken = codecOf<unknown>(brokenVersion(newest));
  const later = (batch: BehaviourBatch) => ({ ...batch, addedLater: 9 });
  const asText = (batch: BehaviourBatch) => broken.encode({ ...batch, sequence: String(batch.sequence) });
  const falsely = (bytes: Buffer) =>
    Buffer.concat([singleObjectHeader(newest.fingerprint), bytes.subarray(singleObjectHeaderBytes)]);
  return new Map<string, Encode>([
    [newerByFingerprint, (batch) => newer.encode(later(batch))],
    ['newer by id', (batch) => newer.encodeConfluent(later(batch), unknownId)],
    ['broken', asText],
    ['newer under the name of the present one', (batch) => falsely(newer.encode(later(batch)))],
  ]);
}

/** A record that nobody can read yet: who wrote it, what it says, and where it stands. */
interface Unreadable {
  writer: string;
  batch: BehaviourBatch;
  place: string;
}

/** One now and then among the others, each under the key of somebody who is typing. */
async function writeUnreadable(run: FaultRun, writers: ReadonlyMap<string, Encode>): Promise<Unreadable[]> {
  const { random, people, topics, cluster, clock } = run;
  const chance = random.fork('unreadable');
  const written: Unreadable[] = [];
  for (const writer of chance.shuffled([...writers.keys()].flatMap((name) => Array(ofEachUnreadable).fill(name)))) {
    const batch = people.nextOf(chance.pick(people.subjects), clock.nowMs());
    const value = writers.get(writer)?.(batch) ?? null;
    const record = { topic: topics.behaviour, key: Buffer.from(batch.subject), value };
    for (const position of await produceStubbornly(cluster.broker, [record], clock)) {
      written.push({ writer, batch, place: placeOf(position) });
    }
    await delay(betweenMs);
  }
  return written;
}

/**
 * Batches of former gateways stand among those of the present one, in both framings, then such as nobody can read yet: of a
 * gateway that was updated before the scorers, of one with another layout, of one that lies about its layout. A reader goes by
 * its list of versions and never by a schema that came with the data, so a newer one is set aside, whole: who lists it reads it.
 */
export const schemaChange: Row = {
  name: 'schema-change',
  number: 18,
  title: 'the schema of batches changes in mid-stream: compatible both ways, and not',
  topology: 'one',
  short: false,
  async run(run) {
    const { cluster, topics, acked, clock, people } = run;
    await run.startScorers(2);
    const writers = readableWriters();
    const chance = run.random.fork('writers');
    const written = new Map([...writers.keys()].map((name) => [name, 0]));
    let open: readonly string[] = ['v1 by fingerprint'];
    const encode = (batch: BehaviourBatch): Buffer => {
      const name = chance.pick(open);
      written.set(name, (written.get(name) ?? 0) + 1);
      const bytes = writers.get(name)?.(batch);
      if (bytes === undefined) throw new Error(`there is no writer ${name}`);
      return bytes;
    };
    const sender = createDirectSender(cluster.broker, topics.behaviour, acked, clock, encode);
    const load = createLoad({ people, sender, clock });
    load.start(steadyPerSecond);
    await delay(beforeMs);

    const changedMs = clock.nowMs();
    open = [...writers.keys()];
    await delay(beforeMs);
    const recoveriesMs = await run.recoveries(changedMs);

    const [newest] = loadSchema(schema).slice(-1);
    if (newest === undefined) throw new Error(`${schema} has no version`);
    const unreadableMs = clock.nowMs();
    const unreadable = await writeUnreadable(run, unreadableWriters(newest));
    recoveriesMs.push(...(await run.recoveries(unreadableMs)));
    await load.stop();
    await run.settle();

    const letters = await readDeadLetters(run);
    const breaches: string[] = [];
    const missing = unreadable.filter(({ place }) => !letters.has(place));
    if (missing.length > 0) breaches.push(`${missing.length} records that nobody can read were not set aside`);
    if (letters.size !== unreadable.length - missing.length) {
      breaches.push(`${letters.size} records were set aside, ${unreadable.length} are unreadable`);
    }
    const reader = codecOf<BehaviourBatch>(nextVersion(newest), newest);
    const newer = unreadable.filter(({ writer }) => writer === newerByFingerprint);
    const kept = newer.filter(({ batch, place }) => {
      const read = reader.decode(letters.get(place)?.originalValue ?? null);
      return read.ok && reader.encode(read.value).equals(reader.encode(batch));
    });
    if (kept.length < newer.length) breaches.push(`${newer.length - kept.length} newer batches were not kept whole`);
    return {
      recoveriesMs,
      proofs: [
        ...[...written].map(([name, seen]) => ({ what: `batches of ${name}`, seen })),
        { what: 'records that nobody can read', seen: unreadable.length, atLeast: 4 * ofEachUnreadable },
      ],
      figures: { ...Object.fromEntries(written), unreadable: unreadable.length, deadLetters: letters.size },
      breaches,
    };
  },
};
