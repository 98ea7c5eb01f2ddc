/** A schema with its names resolved: what the scanner, the JSON reader and the field table walk over. */
export type AvroNode = AvroPrimitive | AvroFixed | AvroEnum | AvroArray | AvroUnion | AvroRecord;

const primitives = ['null', 'boolean', 'int', 'long', 'float', 'double', 'bytes', 'string'] as const;
/** A type that Avro brings along. */
export interface AvroPrimitive {
  kind: (typeof primitives)[number];
}
/** So many bytes, always. */
export interface AvroFixed {
  kind: 'fixed';
  name: string;
  size: number;
  logicalType: string | undefined;
}
/** One of a list of symbols, written as its index. */
export interface AvroEnum {
  kind: 'enum';
  name: string;
  symbols: readonly string[];
  logicalType: string | undefined;
}
/** Blocks of items. */
export interface AvroArray {
  kind: 'array';
  items: AvroNode;
}
/** One of several types, written behind its index. */
export interface AvroUnion {
  kind: 'union';
  branches: readonly AvroNode[];
}
/** One field of a record. */
export interface AvroField {
  name: string;
  doc: string;
  node: AvroNode;
  /** As written in the schema; `undefined` where it has none. */
  default: unknown;
}
/** Fields, in the order in which they are written. */
export interface AvroRecord {
  kind: 'record';
  name: string;
  doc: string;
  fields: readonly AvroField[];
}

/** A schema as parsed JSON. */
export type AvroJson = string | readonly AvroJson[] | { readonly [key: string]: unknown };

/** The logical type of our fixed fields that decode to lower-case hexadecimal. */
export const hexLogicalType = 'gaitkeeper-hex';
/** The logical type of our enums whose symbols write a hyphen of the word as an underscore: Avro allows no hyphen. */
export const wordLogicalType = 'gaitkeeper-word';

/** The word that an enum symbol stands for. */
export function wordOf(symbol: string): string {
  return symbol.replaceAll('_', '-');
}

/** The words of an enum as decoded values have them. */
export function wordsOf(node: AvroEnum): readonly string[] {
  return node.logicalType === wordLogicalType ? node.symbols.map(wordOf) : node.symbols;
}

/**
 * Resolves a schema of ours. Throws for what may not cross our wire because decoding it cannot be bounded by the number
 * of bytes, or needs a stack: maps, recursion, array items without bytes, unknown names.
 */
export function resolveSchema(json: AvroJson): AvroNode {
  return resolve(json, new Map(), new Set());
}

function resolve(json: AvroJson, named: Map<string, AvroNode>, open: Set<string>): AvroNode {
  if (typeof json === 'string') return resolveName(json, named, open);
  if (Array.isArray(json)) return { kind: 'union', branches: json.map((branch) => resolve(branch, named, open)) };
  const schema = json as Record<string, unknown>;
  const type = schema['type'];
  if (type === 'array') return resolveArray(schema, named, open);
  if (type === 'record' || type === 'fixed' || type === 'enum') {
    const name = String(schema['name']);
    open.add(name);
    const node = resolveNamed(type, name, schema, named, open);
    open.delete(name);
    named.set(name, node);
    return node;
  }
  if (type === 'map') throw new Error('maps are not allowed: their keys and sizes cannot be bounded by the schema');
  return resolve(type as AvroJson, named, open);
}

function resolveName(name: string, named: Map<string, AvroNode>, open: Set<string>): AvroNode {
  if (open.has(name)) throw new Error(`${name} contains itself: recursion is not allowed`);
  const primitive = primitives.find((candidate) => candidate === name);
  const node = primitive === undefined ? named.get(name) : ({ kind: primitive } as const);
  if (node === undefined) throw new Error(`${name} is not defined`);
  return node;
}

function resolveArray(schema: Record<string, unknown>, named: Map<string, AvroNode>, open: Set<string>): AvroNode {
  const items = resolve(schema['items'] as AvroJson, named, open);
  if (leastBytes(items) === 0) throw new Error('array items without bytes are not allowed: their number would be free');
  return { kind: 'array', items };
}

function resolveNamed(
  type: 'record' | 'fixed' | 'enum',
  name: string,
  schema: Record<string, unknown>,
  named: Map<string, AvroNode>,
  open: Set<string>,
): AvroNode {
  const logicalType = schema['logicalType'] === undefined ? undefined : String(schema['logicalType']);
  if (type === 'fixed') return { kind: 'fixed', name, size: Number(schema['size']), logicalType };
  if (type === 'enum') return { kind: 'enum', name, symbols: schema['symbols'] as string[], logicalType };
  const fields = (schema['fields'] as Record<string, unknown>[]).map((field) => ({
    name: String(field['name']),
    doc: String(field['doc'] ?? ''),
    node: resolve(field['type'] as AvroJson, named, open),
    default: field['default'],
  }));
  return { kind: 'record', name, doc: String(schema['doc'] ?? ''), fields };
}

/** The fewest bytes that a value of this schema takes: a count times this can be held against the bytes left. */
export function leastBytes(node: AvroNode): number {
  switch (node.kind) {
    case 'null':
      return 0;
    case 'float':
      return 4;
    case 'double':
      return 8;
    case 'fixed':
      return node.size;
    case 'union':
      return 1 + Math.min(...node.branches.map(leastBytes));
    case 'record':
      return node.fields.reduce((total, field) => total + leastBytes(field.node), 0);
    default:
      return 1;
  }
}
