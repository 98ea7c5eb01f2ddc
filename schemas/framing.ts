import { type Refused, refused } from './decoded.ts';

/** How a record names its writer's schema, and where its body begins. */
export type Frame =
  | { ok: true; kind: 'single-object'; fingerprint: string; bodyStart: number }
  | { ok: true; kind: 'confluent'; schemaId: number; bodyStart: number };

/** Marker, then the fingerprint's 8 bytes. */
export const singleObjectHeaderBytes = 10;
/** A zero, then the schema id as 4 bytes, big-endian. */
export const confluentHeaderBytes = 5;

/** Tells the two framings apart by the first byte. A fingerprint is given as the 16 hexadecimal digits of its bytes. */
export function readFrame(bytes: Buffer): Frame | Refused {
  if (bytes.length === 0) return refused('empty', 'the record has no bytes');
  if (bytes[0] === 0xc3 && bytes[1] === 0x01) {
    if (bytes.length < singleObjectHeaderBytes) {
      return refused('truncated', `single-object header has ${bytes.length} of ${singleObjectHeaderBytes} bytes`);
    }
    return {
      ok: true,
      kind: 'single-object',
      fingerprint: bytes.toString('hex', 2, singleObjectHeaderBytes),
      bodyStart: singleObjectHeaderBytes,
    };
  }
  if (bytes[0] === 0) {
    if (bytes.length < confluentHeaderBytes) {
      return refused('truncated', `Confluent header has ${bytes.length} of ${confluentHeaderBytes} bytes`);
    }
    return { ok: true, kind: 'confluent', schemaId: bytes.readInt32BE(1), bodyStart: confluentHeaderBytes };
  }
  const start = bytes.toString('hex', 0, 2);
  return refused(
    'unknown-framing',
    `begins with ${start}: Avro single-object framing begins with c301, Confluent with 00`,
  );
}

/** The 10 bytes before a body written under this fingerprint. */
export function singleObjectHeader(fingerprint: Buffer): Buffer {
  return Buffer.concat([Buffer.from([0xc3, 0x01]), fingerprint]);
}

/** The 5 bytes before a body whose schema a Confluent registry knows under this id. */
export function confluentHeader(schemaId: number): Buffer {
  const header = Buffer.alloc(confluentHeaderBytes);
  header.writeInt32BE(schemaId, 1);
  return header;
}
