import { describe, expect, it } from '@jest/globals';
import { createAvroType } from './avro.ts';
import { type AvroEnum, type AvroJson, type AvroNode, wordOf, wordsOf } from './avro-node.ts';
import { createCodec } from './codec.ts';
import { loadSchema, type SchemaVersion, schemaNames, schemaVersion } from './stored-schemas.ts';

type JsonRecord = Record<string, unknown>;

/** The version that could come next: every record has one field more, every enum one symbol more. */
function nextVersion(current: SchemaVersion): SchemaVersion {
  return schemaVersion(current.name, 'next', grown(current.json));
}

function grown(json: AvroJson): AvroJson {
  if (typeof json === 'string') return json;
  if (Array.isArray(json)) return json.map(grown);
  const schema = json as JsonRecord;
  switch (schema['type']) {
    case 'record': {
      const fields = (schema['fields'] as JsonRecord[]).map((field) => ({
        ...field,
        type: grown(field['type'] as AvroJson),
      }));
      return { ...schema, fields: [...fields, { name: 'addedLater', type: 'int', default: 7, doc: 'Added later.' }] };
    }
    case 'enum':
      return { ...schema, symbols: [...(schema['symbols'] as string[]), 'added_later'] };
    case 'array':
      return { ...schema, items: grown(schema['items'] as AvroJson) };
    default:
      return json;
  }
}

/** A value of the schema with every array filled and no union null. */
function filled(node: AvroNode, chooseWord: (node: AvroEnum) => unknown): unknown {
  switch (node.kind) {
    case 'record':
      return Object.fromEntries(node.fields.map((field) => [field.name, filled(field.node, chooseWord)]));
    case 'array':
      return [filled(node.items, chooseWord), filled(node.items, chooseWord)];
    case 'union':
      return filled(node.branches.at(-1) ?? { kind: 'null' }, chooseWord);
    case 'enum':
      return chooseWord(node);
    case 'fixed':
      return '5a'.repeat(node.size);
    case 'bytes':
      return Buffer.from('5a5a', 'hex');
    case 'string':
      return 'text';
    case 'boolean':
      return true;
    case 'null':
      return null;
    default:
      return 3;
  }
}

/** The value with `addedLater` in every record set to `added`, or left out. */
function withAdded(value: unknown, added: number | undefined): unknown {
  if (Array.isArray(value)) return value.map((item) => withAdded(item, added));
  if (value === null || typeof value !== 'object' || Buffer.isBuffer(value)) return value;
  const fields = Object.entries(value).filter(([name]) => name !== 'addedLater');
  const kept = Object.fromEntries(fields.map(([name, inner]) => [name, withAdded(inner, added)]));
  return added === undefined ? kept : { ...kept, addedLater: added };
}

/** Every named type in the schema, as written. */
function namedTypes(json: unknown): JsonRecord[] {
  if (Array.isArray(json)) return json.flatMap(namedTypes);
  if (typeof json !== 'object' || json === null) return [];
  const schema = json as JsonRecord;
  const fields = (schema['fields'] as JsonRecord[] | undefined) ?? [];
  const inner = [...fields.flatMap((field) => namedTypes(field['type'])), ...namedTypes(schema['items'])];
  return schema['name'] === undefined ? inner : [schema, ...inner];
}

const codecOf = (versions: SchemaVersion[]) =>
  createCodec<unknown>({
    versions,
    confluentIds: {},
    maxBytes: 65_536,
    limits: { maxItems: 100 },
    problemOf: () => undefined,
  });
const everyVersion = schemaNames.flatMap((name) =>
  loadSchema(name).map((schema) => ({ title: `${name} ${schema.version}`, name, schema })),
);

describe.each(everyVersion)('$title', ({ name, schema }) => {
  const next = nextVersion(schema);
  const lastWord = (node: AvroEnum) => wordsOf(node).at(-1);

  it('is read by the next version, with defaults for what it did not know', () => {
    const value = filled(schema.node, lastWord);
    const decoded = codecOf([schema, next]).decode(codecOf([schema]).encode(value));
    expect(decoded).toEqual({ ok: true, value: withAdded(value, 7) });
  });

  it('reads the next version, without what it does not know and with defaults for new words', () => {
    const defaults = new Map(namedTypes(schema.json).map((named) => [named['name'], named['default']]));
    const written = withAdded(filled(next.node, lastWord), 9);
    expect(JSON.stringify(written)).toMatch(/"addedLater":9/);
    const decoded = codecOf([next, schema]).decode(codecOf([next]).encode(written));
    const expected = filled(schema.node, (node) => wordOf(String(defaults.get(node.name))));
    expect(decoded).toEqual({ ok: true, value: expected });
  });

  it('is refused by a reader that does not list it', () => {
    const future = codecOf([next]).encode(filled(next.node, lastWord));
    expect(codecOf([schema]).decode(future)).toMatchObject({ ok: false, reason: 'unknown-schema' });
  });

  it('reads, and is read by, every stored version of its name', () => {
    for (const other of loadSchema(name)) {
      expect(() => createAvroType(schema.json).readerOf(createAvroType(other.json))).not.toThrow();
    }
  });

  it('is not read as a version that breaks it', () => {
    const renamed = { ...(schema.json as JsonRecord), name: 'Another' } as AvroJson;
    expect(() => createAvroType(renamed).readerOf(createAvroType(schema.json))).toThrow();
  });

  it('has a doc on every type and field, and a default on every field and enum', () => {
    const missing = namedTypes(schema.json).flatMap((named) => {
      const fields = (named['fields'] as JsonRecord[] | undefined) ?? [];
      return [
        ...(named['doc'] ? [] : [`${String(named['name'])}: doc`]),
        ...(named['type'] === 'enum' && named['default'] === undefined ? [`${String(named['name'])}: default`] : []),
        ...fields.filter((field) => !field['doc']).map((field) => `${String(field['name'])}: doc`),
        ...fields.filter((field) => field['default'] === undefined).map((field) => `${String(field['name'])}: default`),
      ];
    });
    expect(missing).toEqual([]);
  });
});

describe.each(['behaviour-batch', 'verdict'] as const)('an input route that a reader of %s does not know', (name) => {
  it('reads as the least trusted one', () => {
    const defaults = loadSchema(name).map(({ json }) =>
      namedTypes(json).find((named) => named['name'] === 'InputRoute'),
    );
    expect(defaults.map((named) => named?.['default'])).toEqual(defaults.map(() => 'virtual'));
  });
});
