import { readFileSync } from 'node:fs';
import { type AvroJson, type AvroNode, resolveSchema } from './avro-node.ts';
import { schemaFingerprint } from './fingerprint.ts';

/** Every schema that may cross our wires, with its versions, oldest first. What is not here is refused. */
export const storedVersions = {
  'behaviour-batch': ['v1', 'v2'],
  'template-activation': ['v1'],
  'subject-control': ['v1'],
  verdict: ['v1', 'v2'],
  'dead-letter': ['v1'],
  incident: ['v1'],
  suppression: ['v1'],
  'analyst-ruling': ['v1'],
} as const satisfies Record<string, readonly string[]>;
/** The name of a stored schema. */
export type SchemaName = keyof typeof storedVersions;

/** Names of all schemas. */
export const schemaNames = Object.keys(storedVersions) as SchemaName[];

/** One version of one schema. */
export interface SchemaVersion {
  name: string;
  version: string;
  json: AvroJson;
  node: AvroNode;
  /** CRC-64-AVRO, 8 bytes, little-endian. */
  fingerprint: Buffer;
}

/** Schema ids of a Confluent registry: per schema, the id of each version. */
export type ConfluentIds = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** Names, resolves and fingerprints a schema. Throws for a schema whose decoding cannot be bounded. */
export function schemaVersion(name: string, version: string, json: AvroJson): SchemaVersion {
  return { name, version, json, node: resolveSchema(json), fingerprint: schemaFingerprint(json) };
}

/** The stored versions of a schema, oldest first. */
export function loadSchema(name: SchemaName): SchemaVersion[] {
  return storedVersions[name].map((version) =>
    schemaVersion(name, version, readJson(`./${name}/${version}.avsc`) as AvroJson),
  );
}

/** The ids of `registry.json`, for installations that use Confluent framing without a registry of their own. */
export function defaultConfluentIds(): ConfluentIds {
  return readJson('./registry.json') as ConfluentIds;
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'));
}
