import { createAvroType } from './avro.ts';
import { compileScan, type Scan, type ScanLimits } from './bounded-scan.ts';
import { type Decoded, refused } from './decoded.ts';
import { confluentHeader, type Frame, readFrame, singleObjectHeader } from './framing.ts';
import type { ConfluentIds, SchemaVersion } from './stored-schemas.ts';

/** Values of one schema to bytes and back. */
export interface Codec<T> {
  /** Single-object framing of the newest version. Throws `RangeError` for a value that no reader would accept. */
  encode(value: T): Buffer;
  /** The newest version in Confluent framing, under the id that the registry gave it. */
  encodeConfluent(value: T, schemaId: number): Buffer;
  /** Reads both framings and every stored version. Never throws, and its work is bounded by the number of bytes. */
  decode(bytes: Buffer | null): Decoded<T>;
  /** Whether the frame names a version of this schema. */
  owns(frame: Frame): boolean;
}

/** Which versions a codec knows, and what it lets pass. */
export interface CodecOptions<T> {
  /** Known versions, oldest first; the last one is read as and written. */
  versions: readonly SchemaVersion[];
  /** Ids of these versions in a Confluent registry, by schema name and version. */
  confluentIds: ConfluentIds;
  /** Longest record with its header, bytes. */
  maxBytes: number;
  /** Array items in one record: over all its arrays, and in one array by its path. */
  limits: ScanLimits;
  /** What is wrong with a well-formed value, as a sentence that begins with the field; `undefined` for a good one. */
  problemOf(value: T): string | undefined;
}

interface Writer {
  scan: Scan;
  read(bytes: Buffer, start: number): { value: unknown; end: number };
}

const initialScratchBytes = 4096;

/** A codec over an allow-list of schema versions. A schema that came with data is never compiled. */
export function createCodec<T>(options: CodecOptions<T>): Codec<T> {
  const { versions, confluentIds, maxBytes, limits, problemOf } = options;
  const newest = versions.at(-1);
  if (newest === undefined) throw new TypeError('a codec needs a schema');
  const reader = createAvroType(newest.json);
  const byFingerprint = new Map<string, Writer>();
  const bySchemaId = new Map<number, Writer>();
  for (const version of versions) {
    const read = version === newest ? reader.read : reader.readerOf(createAvroType(version.json));
    const writer = { scan: compileScan(version.node, limits), read };
    byFingerprint.set(version.fingerprint.toString('hex'), writer);
    const schemaId = confluentIds[version.name]?.[version.version];
    if (schemaId !== undefined) bySchemaId.set(schemaId, writer);
  }
  const header = singleObjectHeader(newest.fingerprint);
  let scratch = Buffer.allocUnsafe(Math.min(initialScratchBytes, maxBytes));

  function writerOf(frame: Frame): Writer | undefined {
    return frame.kind === 'confluent' ? bySchemaId.get(frame.schemaId) : byFingerprint.get(frame.fingerprint);
  }

  function encodeBehind(prefix: Buffer, value: T): Buffer {
    const problem = problemOf(value);
    if (problem !== undefined) throw new RangeError(problem);
    let end = reader.write(value, scratch, prefix.length);
    if (end < 0) {
      const needed = scratch.length - end;
      if (needed > maxBytes) throw new RangeError(`the record takes ${needed} bytes: at most ${maxBytes}`);
      scratch = Buffer.allocUnsafe(Math.min(2 * needed, maxBytes));
      end = reader.write(value, scratch, prefix.length);
    }
    prefix.copy(scratch, 0);
    return Buffer.from(scratch.subarray(0, end));
  }

  return {
    encode: (value) => encodeBehind(header, value),
    encodeConfluent: (value, schemaId) => encodeBehind(confluentHeader(schemaId), value),
    owns: (frame) => writerOf(frame) !== undefined,
    decode(bytes) {
      if (bytes === null) return refused('empty', 'the record has no value');
      if (bytes.length > maxBytes) return refused('too-large', `${bytes.length} bytes: at most ${maxBytes}`);
      const frame = readFrame(bytes);
      if (!frame.ok) return frame;
      const writer = writerOf(frame);
      if (writer === undefined) return refused('unknown-schema', `${nameOf(frame)} is not ${newest.name}`);
      const scanned = writer.scan(bytes, frame.bodyStart);
      if (!scanned.ok) return refused(scanned.reason, scanned.detail);
      const value = readScanned(writer, bytes, frame.bodyStart);
      if (value === undefined) return refused('malformed', 'the Avro reader refused the record');
      const problem = problemOf(value as T);
      return problem === undefined ? { ok: true, value: value as T } : refused('out-of-range', problem);
    },
  };
}

/** How a frame's schema is named in a refusal. */
export function nameOf(frame: Frame): string {
  return frame.kind === 'confluent' ? `schema id ${frame.schemaId}` : `fingerprint ${frame.fingerprint}`;
}

/** `undefined` where avsc refuses after all: the scanner should have, so this is the second wall, not the first. */
function readScanned(writer: Writer, bytes: Buffer, start: number): unknown {
  try {
    const { value, end } = writer.read(bytes, start);
    return end === bytes.length ? value : undefined;
  } catch {
    return undefined;
  }
}
