import type { AvroJson } from './avro-node.ts';

const emptyCrc = 0xc15d213aa4d7a795n;

const crcTable: readonly bigint[] = Array.from({ length: 256 }, (_, index) => {
  let crc = BigInt(index);
  for (let bit = 0; bit < 8; bit++) crc = (crc & 1n) === 1n ? (crc >> 1n) ^ emptyCrc : crc >> 1n;
  return crc;
});

/** CRC-64-AVRO (Rabin) of the bytes, as the Avro specification defines it. */
export function crc64Avro(bytes: Uint8Array): bigint {
  let crc = emptyCrc;
  for (const byte of bytes) crc = (crc >> 8n) ^ (crcTable[Number(crc & 0xffn) ^ byte] ?? 0n);
  return crc;
}

/** The schema's identity on the wire: CRC-64-AVRO of its canonical form, 8 bytes, little-endian. */
export function schemaFingerprint(schema: AvroJson): Buffer {
  const fingerprint = Buffer.alloc(8);
  fingerprint.writeBigUInt64LE(crc64Avro(Buffer.from(canonicalForm(schema), 'utf8')));
  return fingerprint;
}

/** Parsing Canonical Form: full names, no docs, defaults, aliases or logical types, fixed order, no white space. */
export function canonicalForm(schema: AvroJson): string {
  return canonical(schema, '');
}

const namedTypes = new Set<unknown>(['record', 'error', 'enum', 'fixed']);
const primitiveNames = new Set(['null', 'boolean', 'int', 'long', 'float', 'double', 'bytes', 'string']);

function canonical(schema: AvroJson, enclosing: string): string {
  if (typeof schema === 'string') {
    return JSON.stringify(primitiveNames.has(schema) ? schema : fullName(schema, enclosing));
  }
  if (Array.isArray(schema)) return `[${schema.map((branch) => canonical(branch, enclosing)).join(',')}]`;
  const { type, name, namespace, fields, symbols, items, values, size } = schema as Record<string, unknown>;
  if (!namedTypes.has(type)) {
    if (type === 'array') return `{"type":"array","items":${canonical(items as AvroJson, enclosing)}}`;
    if (type === 'map') return `{"type":"map","values":${canonical(values as AvroJson, enclosing)}}`;
    return canonical(type as AvroJson, enclosing);
  }
  const full = fullName(String(name), namespace === undefined ? enclosing : String(namespace));
  const inner = full.includes('.') ? full.slice(0, full.lastIndexOf('.')) : '';
  const parts = [`"name":${JSON.stringify(full)}`, `"type":${JSON.stringify(type)}`];
  if (fields !== undefined) {
    const written = (fields as { name: string; type: AvroJson }[]).map(
      (field) => `{"name":${JSON.stringify(field.name)},"type":${canonical(field.type, inner)}}`,
    );
    parts.push(`"fields":[${written.join(',')}]`);
  }
  if (symbols !== undefined) parts.push(`"symbols":${JSON.stringify(symbols)}`);
  if (size !== undefined) parts.push(`"size":${Number(size)}`);
  return `{${parts.join(',')}}`;
}

function fullName(name: string, namespace: string): string {
  return name.includes('.') || namespace === '' ? name : `${namespace}.${name}`;
}
