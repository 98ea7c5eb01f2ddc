import { describe, expect, it } from '@jest/globals';
import type { AvroJson } from './avro-node.ts';
import { canonicalForm, crc64Avro, schemaFingerprint } from './fingerprint.ts';
import { loadSchema, schemaNames } from './stored-schemas.ts';

/** Published by Apache Avro as share/test/data/schema-tests.txt: input, canonical form, CRC-64-AVRO as a signed number. */
const published: [number, AvroJson, string, bigint][] = [
  [0, 'null', '"null"', 7195948357588979594n],
  [3, { type: 'boolean' }, '"boolean"', -6970731678124411036n],
  [4, 'int', '"int"', 8247732601305521295n],
  [6, 'long', '"long"', -3434872931120570953n],
  [8, 'float', '"float"', 5583340709985441680n],
  [10, 'double', '"double"', -8181574048448539266n],
  [12, 'bytes', '"bytes"', 5746618253357095269n],
  [14, 'string', '"string"', -8142146995180207161n],
  [16, [], '[]', -1241056759729112623n],
  [18, ['int', { type: 'boolean' }], '["int","boolean"]', 5392556393470105090n],
  [
    20,
    { fields: [], type: 'record', name: 'foo', namespace: 'x.y' },
    '{"name":"x.y.foo","type":"record","fields":[]}',
    5916914534497305771n,
  ],
  [
    21,
    { fields: [], type: 'record', name: 'a.b.foo', namespace: 'x.y' },
    '{"name":"a.b.foo","type":"record","fields":[]}',
    -4616218487480524110n,
  ],
  [
    24,
    { fields: [], type: 'record', name: 'foo', doc: 'foo', aliases: ['foo', 'bar'] },
    '{"name":"foo","type":"record","fields":[]}',
    -4824392279771201922n,
  ],
  [
    26,
    {
      fields: [
        { type: 'boolean', aliases: [], name: 'f1', default: 'true' },
        { order: 'descending', name: 'f2', doc: 'Hello', type: 'int' },
      ],
      type: 'record',
      name: 'foo',
    },
    '{"name":"foo","type":"record","fields":[{"name":"f1","type":"boolean"},{"name":"f2","type":"int"}]}',
    -4860222112080293046n,
  ],
  [
    28,
    { namespace: 'x.y.z', type: 'enum', name: 'foo', doc: 'foo bar', symbols: ['A1', 'A2'] },
    '{"name":"x.y.z.foo","type":"enum","symbols":["A1","A2"]}',
    -4448647247586288245n,
  ],
  [29, { name: 'foo', type: 'fixed', size: 15 }, '{"name":"foo","type":"fixed","size":15}', 1756455273707447556n],
  [
    30,
    { namespace: 'x.y.z', type: 'fixed', name: 'foo', doc: 'foo bar', size: 32 },
    '{"name":"x.y.z.foo","type":"fixed","size":32}',
    -3064184465700546786n,
  ],
  [31, { items: { type: 'null' }, type: 'array' }, '{"type":"array","items":"null"}', -589620603366471059n],
  [32, { values: 'string', type: 'map' }, '{"type":"map","values":"string"}', -8732877298790414990n],
  [
    33,
    { name: 'PigValue', type: 'record', fields: [{ name: 'value', type: ['null', 'int', 'long', 'PigValue'] }] },
    '{"name":"PigValue","type":"record","fields":[{"name":"value","type":["null","int","long","PigValue"]}]}',
    -1759257747318642341n,
  ],
];

describe('a schema fingerprint', () => {
  it.each(published)("is Apache Avro's own, case %i", (_case, schema, canonical, fingerprint) => {
    expect(canonicalForm(schema)).toBe(canonical);
    expect(BigInt.asIntN(64, crc64Avro(Buffer.from(canonical)))).toBe(fingerprint);
    expect(schemaFingerprint(schema).readBigInt64LE()).toBe(fingerprint);
  });

  // As fastavro 1.13.1 computes them from the same files. A change here means that a stored version was edited: records
  // written under it could no longer be read. Add a version instead.
  it.each([
    ['behaviour-batch', 'v1', '8412fd260ac032a7'],
    ['behaviour-batch', 'v2', 'c7929d64abe3daf8'],
    ['template-activation', 'v1', 'aa1fad9f11b1fcf1'],
    ['subject-control', 'v1', '56e388cd2f554560'],
    ['verdict', 'v1', '4add294ceed7d854'],
    ['dead-letter', 'v1', '15eb1a825e388e0d'],
  ] as const)('of %s %s never changes', (name, version, fingerprint) => {
    const stored = loadSchema(name).find((schema) => schema.version === version);
    expect(stored?.fingerprint.toString('hex')).toBe(fingerprint);
  });

  it('is different for every stored schema', () => {
    const all = schemaNames.flatMap((name) => loadSchema(name).map((schema) => schema.fingerprint.toString('hex')));
    expect(new Set(all).size).toBe(all.length);
  });
});
