import type { BehaviourBatch } from '../../detection/words/behaviour.ts';
import { createAvroType } from '../../schemas/avro.ts';
import type { AvroJson } from '../../schemas/avro-node.ts';
import { maxBatchBytes, maxBatchItems } from '../../schemas/batch-limits.ts';
import type { DecodeFailure } from '../../schemas/decoded.ts';
import { schemaFingerprint } from '../../schemas/fingerprint.ts';
import { confluentHeader, singleObjectHeader } from '../../schemas/framing.ts';
import { fullestBatch } from '../../schemas/fullest-batch.ts';
import { loadSchema } from '../../schemas/stored-schemas.ts';

/** A body that someone sends to hurt, and the reason for which it must be refused. */
export interface HostileBody {
  name: string;
  bytes: Buffer;
  expected: DecodeFailure;
}

const batch: BehaviourBatch = {
  tenant: 'acme',
  subject: 'a1'.repeat(16),
  device: 'b2'.repeat(16),
  session: 'c3'.repeat(16),
  sequence: 7,
  deviceClockMs: 1_700_000_000_000,
  durationMs: 9_500,
  receivedAtMs: 1_700_000_000_500,
  handling: 'full',
  collector: { name: 'demo', version: '1.0.0', timerResolutionMs: 1 },
  context: { inputRoute: 'local', network: null, domain: null, host: null },
  keystrokes: [],
  pointer: [],
  activity: [],
};
const keystroke = { zonePair: 7, holdMs: 90, pressPressMs: null, releasePressMs: null };
/** As full as a batch may be, with its only fault at the end: the dearest body that is still refused. */
const fullest = fullestBatch();
const fullButWrong: BehaviourBatch = {
  ...fullest,
  activity: fullest.activity.map((entry, index, { length }) =>
    index === length - 1 ? { ...entry, count: -1 } : entry,
  ),
};
const stroke = {
  kind: 'move',
  device: 'mouse',
  dtMs: [],
  dx: [],
  dy: [],
  pauseMs: null,
  pressMs: null,
  stopMs: null,
} as const;

/** A zigzag number as Avro writes it. */
function zigzag(value: bigint): Buffer {
  let rest = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n));
  const bytes: number[] = [];
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return Buffer.from([...bytes, Number(rest)]);
}

/** The corpus against which the batch decoder is held, by its test and by its bench. */
export function hostileBatches(): HostileBody[] {
  const schema = loadSchema('behaviour-batch').at(-1);
  if (schema === undefined) throw new Error('behaviour-batch has no stored version');
  const header = singleObjectHeader(schema.fingerprint);
  const type = createAvroType(schema.json);
  const written = (value: unknown): Buffer => {
    const into = Buffer.alloc(2 * maxBatchBytes);
    return Buffer.concat([header, into.subarray(0, type.write(value, into, 0))]);
  };
  const good = written(batch);
  // A batch without samples ends with three empty arrays: keystrokes, pointer, activity.
  const upToKeystrokes = good.subarray(0, -3);
  const behind = (...parts: (Buffer | number[])[]) => Buffer.concat(parts.map((part) => Buffer.from(part)));
  const fiftyMillion = zigzag(50_000_000n);
  const future = { ...(schema.json as Record<string, unknown>), name: 'BehaviourBatchOfTomorrow' } as AvroJson;
  const points = Array.from({ length: maxBatchItems - 1 }, () => 1);
  return [
    { name: 'no bytes', bytes: Buffer.alloc(0), expected: 'empty' },
    { name: 'unknown magic', bytes: Buffer.from('cafebabe00000000', 'hex'), expected: 'unknown-framing' },
    { name: 'text', bytes: Buffer.from('{"tenant":"acme"}'), expected: 'unknown-framing' },
    { name: 'single-object header cut short', bytes: good.subarray(0, 6), expected: 'truncated' },
    { name: 'Confluent header cut short', bytes: Buffer.from([0, 0, 0]), expected: 'truncated' },
    {
      name: 'unknown fingerprint',
      bytes: behind([0xc3, 1], Buffer.alloc(8, 0x5a), good.subarray(10)),
      expected: 'unknown-schema',
    },
    {
      name: 'future schema',
      bytes: behind(singleObjectHeader(schemaFingerprint(future)), good.subarray(10)),
      expected: 'unknown-schema',
    },
    {
      name: 'unknown Confluent id',
      bytes: behind(confluentHeader(9999), good.subarray(10)),
      expected: 'unknown-schema',
    },
    { name: 'Confluent id 0', bytes: behind(confluentHeader(0), good.subarray(10)), expected: 'unknown-schema' },
    {
      name: 'negative Confluent id',
      bytes: behind(confluentHeader(-1), good.subarray(10)),
      expected: 'unknown-schema',
    },
    { name: 'header without body', bytes: header, expected: 'truncated' },
    { name: 'four bytes that declare 50 million', bytes: behind(header, fiftyMillion), expected: 'truncated' },
    { name: '50 million keystrokes declared', bytes: behind(upToKeystrokes, fiftyMillion), expected: 'too-many-items' },
    {
      name: '50 million keystrokes declared, and the end mark',
      bytes: behind(upToKeystrokes, fiftyMillion, [0]),
      expected: 'too-many-items',
    },
    {
      name: '50 million keystrokes in a block of no bytes',
      bytes: behind(upToKeystrokes, zigzag(-50_000_000n), [0, 0]),
      expected: 'too-many-items',
    },
    {
      name: 'more keystrokes declared than bytes left',
      bytes: behind(upToKeystrokes, zigzag(25n), [0]),
      expected: 'truncated',
    },
    { name: 'smallest 64-bit count', bytes: behind(upToKeystrokes, zigzag(-(2n ** 63n))), expected: 'out-of-range' },
    {
      name: 'block longer than it says',
      bytes: behind(upToKeystrokes, [1, 2], [14, 0, 0, 0], [0, 0, 0]),
      expected: 'malformed',
    },
    { name: 'number that never ends', bytes: behind(header, Buffer.alloc(60_000, 0x80)), expected: 'malformed' },
    { name: 'number padded with zeros', bytes: behind(upToKeystrokes, [0x80, 0x00, 0, 0]), expected: 'malformed' },
    { name: 'nested 50,000 deep', bytes: behind(header, Buffer.alloc(50_000, 0x02)), expected: 'too-many-items' },
    { name: 'nested 100,000 deep', bytes: behind(header, Buffer.alloc(100_000, 0x02)), expected: 'too-large' },
    {
      name: 'one-item blocks without end',
      bytes: behind(upToKeystrokes, [0, 0], ...Array.from({ length: 21_000 }, () => [2, 0, 0])),
      expected: 'too-many-items',
    },
    {
      name: 'one stroke with every allowed item',
      bytes: written({ ...batch, pointer: [{ ...stroke, dx: points }] }),
      expected: 'too-many-items',
    },
    { name: 'the fullest batch, wrong in its last field', bytes: written(fullButWrong), expected: 'out-of-range' },
    { name: 'one byte too many', bytes: behind(good, [0]), expected: 'trailing-bytes' },
    { name: 'two batches in one record', bytes: behind(good, good), expected: 'trailing-bytes' },
    { name: 'cut in half', bytes: good.subarray(0, good.length >> 1), expected: 'truncated' },
    { name: 'one megabyte of zeros', bytes: behind(header, Buffer.alloc(1_000_000)), expected: 'too-large' },
    { name: 'negative length of a text', bytes: behind(header, [1]), expected: 'malformed' },
    {
      name: 'sequence beyond 2^53',
      bytes: behind(header, [0], Buffer.alloc(48, 1), zigzag(2n ** 60n)),
      expected: 'out-of-range',
    },
    { name: 'union branch 5', bytes: behind(upToKeystrokes, [2, 0, 0, 10], [0, 0, 0, 0]), expected: 'malformed' },
    { name: 'enum index 9', bytes: behind(upToKeystrokes, [0, 2, 18], Buffer.alloc(12)), expected: 'malformed' },
    {
      name: 'hold of -5 ms',
      bytes: written({ ...batch, keystrokes: [{ ...keystroke, holdMs: -5 }] }),
      expected: 'out-of-range',
    },
    {
      name: 'zone pair 36',
      bytes: written({ ...batch, keystrokes: [{ ...keystroke, zonePair: 36 }] }),
      expected: 'out-of-range',
    },
    {
      name: '26 keystrokes',
      bytes: written({ ...batch, keystrokes: Array(26).fill(keystroke) }),
      expected: 'too-many-items',
    },
    {
      name: 'NaN as timer resolution',
      bytes: written({ ...batch, collector: { ...batch.collector, timerResolutionMs: Number.NaN } }),
      expected: 'out-of-range',
    },
    { name: 'sequence -1', bytes: written({ ...batch, sequence: -1 }), expected: 'out-of-range' },
    { name: "the cohort's subject", bytes: written({ ...batch, subject: '0'.repeat(32) }), expected: 'out-of-range' },
    {
      name: 'line break in the tenant',
      bytes: written({ ...batch, tenant: 'acme\nlevel=info' }),
      expected: 'out-of-range',
    },
  ];
}
