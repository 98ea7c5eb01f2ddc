import { type AvroField, type AvroNode, hexLogicalType, wordsOf } from './avro-node.ts';
import { type DecodeFailure, type Refused, refused } from './decoded.ts';

/** Reads untrusted JSON into a fresh object of the schema's shape. */
export type JsonShape<T> = (json: unknown) => { ok: true; value: T } | Refused;

/** What a JSON value may hold, and what it may lack. */
export interface JsonShapeOptions {
  /** Array items in one value, over all its arrays. */
  maxItems: number;
  /** Paths that may be left out, beside fields whose default says nothing (`null`, empty text, empty array). */
  optional: readonly string[];
}

interface Reading {
  itemsLeft: number;
  reason: DecodeFailure;
  detail: string;
}

/** Stands for a value that was refused; `reading` says why. */
const rejected = Symbol('rejected');
type Shape = (json: unknown, path: string, reading: Reading) => unknown;

const longestQuotedName = 40;

/**
 * Compiles a schema to a reader of JSON of the same shape: fixed bytes as hexadecimal digits, enums by their words, unions
 * with null as the value or null. Objects are built anew from the schema's own names, so that no key of the sender's,
 * `__proto__` included, reaches one. Throws for schemas with bytes or unions of several types: JSON does not carry them here.
 */
export function compileJsonShape<T>(node: AvroNode, { maxItems, optional }: JsonShapeOptions): JsonShape<T> {
  const shape = compile(node, '', new Set(optional));
  return function readJsonShape(json) {
    const reading: Reading = { itemsLeft: maxItems, reason: 'malformed', detail: '' };
    const value = shape(json, '', reading);
    return value === rejected ? refused(reading.reason, reading.detail) : { ok: true, value: value as T };
  };
}

function reject(reading: Reading, reason: DecodeFailure, detail: string): typeof rejected {
  reading.reason = reason;
  reading.detail = detail;
  return rejected;
}

function compile(node: AvroNode, path: string, optional: ReadonlySet<string>): Shape {
  switch (node.kind) {
    case 'int':
    case 'long':
      return (json, at, reading) =>
        Number.isSafeInteger(json) ? json : reject(reading, 'malformed', `${at} is not a whole number`);
    case 'float':
    case 'double':
      return (json, at, reading) =>
        Number.isFinite(json) ? json : reject(reading, 'malformed', `${at} is not a finite number`);
    case 'boolean':
      return (json, at, reading) =>
        typeof json === 'boolean' ? json : reject(reading, 'malformed', `${at} is neither true nor false`);
    case 'string':
      return (json, at, reading) =>
        typeof json === 'string' ? json : reject(reading, 'malformed', `${at} is not text`);
    case 'fixed':
      if (node.logicalType === hexLogicalType) return hexShape(node.size);
      break;
    case 'enum':
      return wordShape(wordsOf(node));
    case 'array':
      return arrayShape(compile(node.items, `${path}[]`, optional));
    case 'record':
      return recordShape(node.fields, path, optional);
    case 'union':
      return unionShape(node.branches, path, optional);
  }
  throw new Error(`${path} is ${node.kind}: not offered as JSON`);
}

function hexShape(size: number): Shape {
  const digits = new RegExp(`^[0-9a-fA-F]{${2 * size}}$`);
  return (json, at, reading) =>
    typeof json === 'string' && digits.test(json)
      ? json.toLowerCase()
      : reject(reading, 'malformed', `${at} is not ${2 * size} hexadecimal digits`);
}

function wordShape(words: readonly string[]): Shape {
  return (json, at, reading) =>
    typeof json === 'string' && words.includes(json)
      ? json
      : reject(reading, 'malformed', `${at} is none of ${words.join(', ')}`);
}

function arrayShape(item: Shape): Shape {
  return (json, at, reading) => {
    if (!Array.isArray(json)) return reject(reading, 'malformed', `${at} is not an array`);
    if (json.length > reading.itemsLeft) {
      const detail = `${at} has ${json.length} items: at most ${reading.itemsLeft} more are allowed`;
      return reject(reading, 'too-many-items', detail);
    }
    reading.itemsLeft -= json.length;
    const values: unknown[] = [];
    for (let index = 0; index < json.length; index++) {
      const value = item(json[index], `${at}[${index}]`, reading);
      if (value === rejected) return rejected;
      values.push(value);
    }
    return values;
  };
}

function unionShape(branches: readonly AvroNode[], path: string, optional: ReadonlySet<string>): Shape {
  const [first, second] = branches;
  if (branches.length !== 2 || first?.kind !== 'null' || second === undefined) {
    throw new Error(`${path} is a union of several types: not offered as JSON`);
  }
  const shape = compile(second, path, optional);
  return (json, at, reading) => (json === null ? null : shape(json, at, reading));
}

function recordShape(fields: readonly AvroField[], path: string, optional: ReadonlySet<string>): Shape {
  const compiled = fields.map((field) => {
    const fieldPath = path === '' ? field.name : `${path}.${field.name}`;
    const isOptional = saysNothing(field.default) || optional.has(fieldPath);
    return { name: field.name, default: field.default, isOptional, shape: compile(field.node, fieldPath, optional) };
  });
  const names = new Set(fields.map((field) => field.name));
  return (json, at, reading) => {
    if (typeof json !== 'object' || json === null || Array.isArray(json)) {
      return reject(reading, 'malformed', `${at === '' ? 'the value' : at} is not an object`);
    }
    const prefix = at === '' ? '' : `${at}.`;
    const unknownName = Object.keys(json).find((name) => !names.has(name));
    if (unknownName !== undefined) {
      const quoted = JSON.stringify(unknownName.slice(0, longestQuotedName));
      return reject(reading, 'unknown-field', `${prefix}${quoted} is not a field`);
    }
    const value: Record<string, unknown> = {};
    for (const field of compiled) {
      if (!Object.hasOwn(json, field.name)) {
        if (!field.isOptional) return reject(reading, 'malformed', `${prefix}${field.name} is missing`);
        value[field.name] = Array.isArray(field.default) ? [] : field.default;
        continue;
      }
      const read = field.shape((json as Record<string, unknown>)[field.name], `${prefix}${field.name}`, reading);
      if (read === rejected) return rejected;
      value[field.name] = read;
    }
    return value;
  };
}

function saysNothing(value: unknown): boolean {
  return value === null || value === '' || (Array.isArray(value) && value.length === 0);
}
