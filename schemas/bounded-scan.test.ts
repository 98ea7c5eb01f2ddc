import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createAvroType } from './avro.ts';
import { type AvroJson, type AvroNode, hexLogicalType, resolveSchema, wordsOf } from './avro-node.ts';
import { compileScan } from './bounded-scan.ts';
import { maxLong } from './scan-cursor.ts';
import { loadSchema, schemaNames } from './stored-schemas.ts';

/** Any value that avsc can write under the schema, sensible or not. */
function anyValue(node: AvroNode): fc.Arbitrary<unknown> {
  switch (node.kind) {
    case 'null':
      return fc.constant(null);
    case 'boolean':
      return fc.boolean();
    case 'int':
      return fc.oneof(fc.integer(), fc.integer({ min: -100, max: 300 }));
    case 'long':
      return fc.maxSafeInteger().filter((value) => Math.abs(value) <= maxLong);
    case 'float':
      return fc.float();
    case 'double':
      return fc.double();
    case 'bytes':
      return fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes));
    case 'string':
      return fc.string({ unit: 'binary', maxLength: 20 });
    case 'fixed': {
      const bytes = fc.uint8Array({ minLength: node.size, maxLength: node.size }).map((value) => Buffer.from(value));
      return node.logicalType === hexLogicalType ? bytes.map((value) => value.toString('hex')) : bytes;
    }
    case 'enum':
      return fc.constantFrom(...wordsOf(node));
    case 'union':
      return fc.oneof(...node.branches.map(anyValue));
    case 'array':
      return fc.array(anyValue(node.items), { maxLength: 6 });
    case 'record':
      return fc.record(Object.fromEntries(node.fields.map((field) => [field.name, anyValue(field.node)])));
  }
}

type Damage = { kind: 'flip' | 'insert' | 'cut' | 'extend' | 'remove'; at: number; byte: number };
const anyDamage: fc.Arbitrary<Damage> = fc.record({
  kind: fc.constantFrom('flip', 'insert', 'cut', 'extend', 'remove'),
  at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
  byte: fc.integer({ min: 0, max: 255 }),
});

function damaged(bytes: Buffer, { kind, at, byte }: Damage): Buffer {
  const index = Math.floor(at * bytes.length);
  const [before, after] = [bytes.subarray(0, index), bytes.subarray(index)];
  switch (kind) {
    case 'flip':
      return Buffer.concat([before, Buffer.from([byte]), after.subarray(1)]);
    case 'insert':
      return Buffer.concat([before, Buffer.from([byte]), after]);
    case 'cut':
      return Buffer.from(before);
    case 'extend':
      return Buffer.concat([bytes, Buffer.from([byte])]);
    case 'remove':
      return Buffer.concat([before, after.subarray(1)]);
  }
}

const limits = { maxItems: 4096 };
const everySchema = schemaNames.flatMap((name) =>
  loadSchema(name).map((schema) => ({ ...schema, title: `${name} ${schema.version}` })),
);

describe.each(everySchema)('the scanner of $title', ({ json, node }) => {
  const scan = compileScan(node, limits);
  const type = createAvroType(json);
  const written = anyValue(node).map((value) => {
    const into = Buffer.alloc(65_536);
    return Buffer.from(into.subarray(0, type.write(value, into, 0)));
  });

  it('passes whatever avsc writes, looking at each byte once at most', () => {
    fc.assert(
      fc.property(written, (bytes) => {
        const scanned = scan(bytes, 0);
        expect(scanned).toMatchObject({ ok: true });
        expect(scanned.work).toBeLessThanOrEqual(bytes.length + 1);
      }),
      { numRuns: 150, seed: 1 },
    );
  });

  it('refuses damaged bytes with bounded work, or avsc reads them to their end', () => {
    let refusals = 0;
    fc.assert(
      fc.property(written, fc.array(anyDamage, { minLength: 1, maxLength: 4 }), (bytes, damages) => {
        const hurt = damages.reduce(damaged, bytes);
        const scanned = scan(hurt, 0);
        expect(scanned.work).toBeLessThanOrEqual(hurt.length + 1);
        if (scanned.ok) expect(type.read(hurt, 0).end).toBe(hurt.length);
        else refusals++;
      }),
      { numRuns: 400, seed: 2 },
    );
    expect(refusals).toBeGreaterThan(50);
  });

  it('refuses random bytes with bounded work, or avsc reads them to their end', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), (random) => {
        const bytes = Buffer.from(random);
        const scanned = scan(bytes, 0);
        expect(scanned.work).toBeLessThanOrEqual(bytes.length + 1);
        if (scanned.ok) expect(type.read(bytes, 0).end).toBe(bytes.length);
      }),
      { numRuns: 300, seed: 3 },
    );
  });
});

describe('the scanner', () => {
  const scanOf = (json: AvroJson) => compileScan(resolveSchema(json), limits);
  const bytes = (hex: string) => Buffer.from(hex, 'hex');

  // Apache Avro's vectors for every SDK, share/test/data/binary-rejections.json (AVRO-4304).
  it.each<[string, AvroJson, string]>([
    ['long_varint_non_terminating', 'long', '80808080808080808080'],
    ['int_varint_non_terminating', 'int', '8080808080'],
    ['array_block_count_int64_min', { type: 'array', items: 'int' }, 'ffffffffffffffffff0102'],
    ['bytes_length_negative', 'bytes', '01'],
    ['string_length_negative', 'string', '01'],
    ['union_branch_index_negative', ['null', 'int'], '01'],
    ['union_branch_index_too_large', ['null', 'int'], '0a'],
    ['enum_index_negative', { type: 'enum', name: 'E', symbols: ['A', 'B'] }, '01'],
    ['enum_index_too_large', { type: 'enum', name: 'E', symbols: ['A', 'B'] }, '0a'],
  ])("refuses Apache Avro's %s", (_name, schema, hex) => {
    expect(scanOf(schema)(bytes(hex), 0)).toMatchObject({ ok: false });
  });

  it('refuses 50 million doubles declared in four bytes, at the first number', () => {
    const scanned = scanOf({ type: 'array', items: 'double' })(bytes('80c2d72f'), 0);
    expect(scanned).toMatchObject({ ok: false, reason: 'too-many-items', work: 1 });
  });

  it('counts the items of all blocks together', () => {
    const scan = compileScan(resolveSchema({ type: 'array', items: 'int' }), { maxItems: 4 });
    expect(scan(bytes('040000040000' + '00'), 0)).toMatchObject({ ok: true });
    expect(scan(bytes('040000040000' + '0200' + '00'), 0)).toMatchObject({ ok: false, reason: 'too-many-items' });
  });

  it('counts the items of one array over its blocks, beside those of all', () => {
    const scan = compileScan(
      resolveSchema({ type: 'record', name: 'R', fields: [{ name: 'steps', type: { type: 'array', items: 'int' } }] }),
      { maxItems: 100, maxItemsAt: { steps: 3 } },
    );
    expect(scan(bytes('040000' + '0200' + '00'), 0)).toMatchObject({ ok: true });
    expect(scan(bytes('040000' + '040000' + '00'), 0)).toEqual({
      ok: false,
      reason: 'too-many-items',
      detail: 'steps declares 4 items: at most 3',
      work: 4,
    });
  });

  it('reads a block that states its length, and refuses one whose length is wrong', () => {
    const scan = scanOf({ type: 'array', items: 'int' });
    expect(scan(bytes('0304' + '0204' + '00'), 0)).toMatchObject({ ok: true });
    expect(scan(bytes('0306' + '0204' + '00'), 0)).toMatchObject({ ok: false, reason: 'malformed' });
  });

  it.each([
    [maxLong, true],
    [-maxLong, true],
    [maxLong + 1, false],
    [-maxLong - 1, false],
  ])('lets a long of %d pass: %s', (value, passes) => {
    const zigzag = value >= 0 ? BigInt(value) * 2n : -BigInt(value) * 2n - 1n;
    const digits: number[] = [];
    for (let rest = zigzag; ; rest >>= 7n) {
      digits.push(Number(rest & 127n) | (rest > 127n ? 128 : 0));
      if (rest <= 127n) break;
    }
    expect(scanOf('long')(Buffer.from(digits), 0).ok).toBe(passes);
  });

  it.each([
    ['feffffff0f', true], // 2^31 - 1
    ['ffffffff0f', true], // -2^31
    ['8080808010', false], // 2^31
    ['8180808010', false], // -2^31 - 1
  ])('lets an int of %s pass: %s', (hex, passes) => {
    expect(scanOf('int')(bytes(hex), 0)).toMatchObject(passes ? { ok: true } : { ok: false, reason: 'malformed' });
  });

  it.each<[string, AvroJson, RegExp]>([
    ['a map', { type: 'map', values: 'int' }, /maps are not allowed/],
    ['an array of nothing', { type: 'array', items: 'null' }, /without bytes/],
    ['an array of empty records', { type: 'array', items: { type: 'record', name: 'E', fields: [] } }, /without bytes/],
    [
      'a schema that contains itself',
      { type: 'record', name: 'List', fields: [{ name: 'next', type: ['null', 'List'] }] },
      /contains itself/,
    ],
    ['an undefined name', { type: 'array', items: 'Elsewhere' }, /not defined/],
  ])('is not built for %s', (_what, schema, reason) => {
    expect(() => scanOf(schema)).toThrow(reason);
  });
});
