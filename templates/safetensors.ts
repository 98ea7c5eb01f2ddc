import { z } from 'zod';

/**
 * The safetensors layout: 8 bytes little-endian header length, a JSON header, raw little-endian tensors. Nothing in it
 * executes. Read here with every length bounded before anything is allocated.
 */

/** Numbers of one tensor: `F32` as Float32Array, `F64` as Float64Array. */
export interface Tensor {
  shape: readonly number[];
  values: Float32Array | Float64Array;
}

/** What a tensor file holds. */
export interface TensorFile {
  /** Free text by name, the header's `__metadata__`. */
  metadata: Record<string, string>;
  tensors: Map<string, Tensor>;
}

/** How large a file, and its header, may be before anything is read. */
export interface TensorFileLimits {
  maxBytes: number;
  maxHeaderBytes: number;
}

/** Why bytes are no tensor file. */
export const tensorFileFaults = [
  'too-large',
  'truncated',
  'extended',
  'header-too-large',
  'header-malformed',
  'tensor-bounds',
  'not-finite',
] as const;
/** Why some bytes are no tensor file. */
export type TensorFileFault = (typeof tensorFileFaults)[number];

/** The file in some bytes, or why there is none. */
export type TensorFileOutcome = { ok: true; file: TensorFile } | { ok: false; reason: TensorFileFault; detail: string };

const lengthBytes = 8;
const bytesOf = { F32: 4, F64: 8 } as const;

const count = z
  .int()
  .min(0)
  .max(2 ** 31);
const tensorEntry = z.strictObject({
  dtype: z.enum(['F32', 'F64']),
  shape: z.array(count).min(1).max(4),
  data_offsets: z.tuple([count, count]),
});
type TensorEntry = z.infer<typeof tensorEntry>;
const metadataEntry = z.record(z.string().max(64), z.string());

/** The file's bytes, tensors in the order of the map, the header padded with spaces so that they begin on 8 bytes. */
export function encodeTensorFile(file: TensorFile): Buffer {
  const header: Record<string, unknown> = { __metadata__: file.metadata };
  let end = 0;
  for (const [name, { shape, values }] of file.tensors) {
    header[name] = {
      dtype: isDouble(values) ? 'F64' : 'F32',
      shape,
      data_offsets: [end, end + values.byteLength],
    };
    end += values.byteLength;
  }
  const json = Buffer.from(JSON.stringify(header));
  const headerBytes = Math.ceil(json.length / 8) * 8;
  const bytes = Buffer.alloc(lengthBytes + headerBytes + end, ' ');
  bytes.writeBigUInt64LE(BigInt(headerBytes), 0);
  json.copy(bytes, lengthBytes);
  let at = lengthBytes + headerBytes;
  for (const { values } of file.tensors.values()) {
    for (const value of values) {
      at = isDouble(values) ? bytes.writeDoubleLE(value, at) : bytes.writeFloatLE(value, at);
    }
  }
  return bytes;
}

/** Not `instanceof`: arrays may come from another realm. */
function isDouble(values: Tensor['values']): boolean {
  return values.BYTES_PER_ELEMENT === bytesOf.F64;
}

/** The tensors of a file, all finite, covering the bytes exactly; or why there are none. Never throws. */
export function decodeTensorFile(bytes: Buffer, limits: TensorFileLimits): TensorFileOutcome {
  if (bytes.length > limits.maxBytes) return fault('too-large', `${bytes.length} bytes, at most ${limits.maxBytes}`);
  if (bytes.length < lengthBytes) return fault('truncated', 'shorter than its length field');
  const declared = bytes.readBigUInt64LE(0);
  if (declared > BigInt(limits.maxHeaderBytes)) {
    return fault('header-too-large', `header of ${declared} bytes, at most ${limits.maxHeaderBytes}`);
  }
  const dataStart = lengthBytes + Number(declared);
  if (dataStart > bytes.length) return fault('truncated', 'ends inside its header');
  const header = readHeader(bytes.subarray(lengthBytes, dataStart));
  if (!header.ok) return fault('header-malformed', header.detail);
  const covered = checkCoverage(header.entries, bytes.length - dataStart);
  if (covered !== undefined) return covered;
  // One allocation for all: what is read together lies together. Scoring random accounts is half as fast again for it.
  const memory = new ArrayBuffer(Math.ceil((bytes.length - dataStart) / 8) * 8);
  const tensors = new Map<string, Tensor>();
  for (const [name, entry] of header.entries) {
    if (entry.data_offsets[0] % bytesOf[entry.dtype] !== 0) return fault('tensor-bounds', `${name} is not aligned`);
    const values = readValues(bytes, dataStart, entry, memory);
    if (values === undefined) return fault('not-finite', name);
    tensors.set(name, { shape: entry.shape, values });
  }
  return { ok: true, file: { metadata: header.metadata, tensors } };
}

type Header =
  | { ok: true; metadata: Record<string, string>; entries: Map<string, TensorEntry> }
  | { ok: false; detail: string };

function readHeader(json: Buffer): Header {
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(json));
  } catch {
    return { ok: false, detail: 'not JSON in UTF-8' };
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return { ok: false, detail: 'no object' };
  let metadata: Record<string, string> = {};
  const entries = new Map<string, TensorEntry>();
  for (const [name, value] of Object.entries(parsed)) {
    const read = name === '__metadata__' ? metadataEntry.safeParse(value) : tensorEntry.safeParse(value);
    if (!read.success)
      return { ok: false, detail: `${name.slice(0, 64)}: ${read.error.issues[0]?.message ?? 'malformed'}` };
    if (name === '__metadata__') metadata = read.data as Record<string, string>;
    else entries.set(name, read.data as TensorEntry);
  }
  return { ok: true, metadata, entries };
}

/** Tensors must lie end to end, without gap or overlap, from the header to the last byte. */
function checkCoverage(entries: Map<string, TensorEntry>, dataBytes: number): TensorFileOutcome | undefined {
  let end = 0;
  const inOrder = [...entries].sort(([, a], [, b]) => a.data_offsets[0] - b.data_offsets[0]);
  for (const [name, { dtype, shape, data_offsets: offsets }] of inOrder) {
    const size = shape.reduce((product, axis) => product * axis, bytesOf[dtype]);
    if (offsets[0] !== end || offsets[1] - offsets[0] !== size) return fault('tensor-bounds', name);
    end = offsets[1];
  }
  if (end > dataBytes) return fault('truncated', `${end} bytes of tensors declared, ${dataBytes} present`);
  if (end < dataBytes) return fault('extended', `${dataBytes - end} bytes behind the last tensor`);
  return undefined;
}

function readValues(
  bytes: Buffer,
  dataStart: number,
  { dtype, data_offsets: [from, to] }: TensorEntry,
  memory: ArrayBuffer,
): Float32Array | Float64Array | undefined {
  const step = bytesOf[dtype];
  const length = (to - from) / step;
  const view = new DataView(bytes.buffer, bytes.byteOffset + dataStart + from, length * step);
  const values = dtype === 'F64' ? new Float64Array(memory, from, length) : new Float32Array(memory, from, length);
  for (let i = 0; i < length; i++) {
    const value = step === 8 ? view.getFloat64(i * step, true) : view.getFloat32(i * step, true);
    if (!Number.isFinite(value)) return undefined;
    values[i] = value;
  }
  return values;
}

function fault(reason: TensorFileFault, detail: string): { ok: false; reason: TensorFileFault; detail: string } {
  return { ok: false, reason, detail };
}
