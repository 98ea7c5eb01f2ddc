import { crc32 } from 'node:zlib';
import { StateCorrupt, type StateWrite, type StoredState } from './state-store.ts';

/** Offset (8 bytes), epoch (8 bytes), CRC-32 of the state (4 bytes), all big-endian; then the state. */
const headerBytes = 20;
const twoTo32 = 2 ** 32;

/** Eight bytes, big-endian, of a safe integer that is not negative. */
export function writeInteger(target: Buffer, value: number, at: number): void {
  target.writeUInt32BE(Math.floor(value / twoTo32), at);
  target.writeUInt32BE(value % twoTo32, at + 4);
}

/** What {@link writeInteger} wrote; above the safe integers where it did not. */
export function readInteger(source: Buffer, at: number): number {
  return source.readUInt32BE(at) * twoTo32 + source.readUInt32BE(at + 4);
}

/** The epoch under which a value that {@link decodeStoredState} can read was stored. */
export function epochOfStored(value: Buffer): number {
  return readInteger(value, 8);
}

/** The value that is stored for a state. The offset comes first, because the apply script compares it. */
export function encodeStoredState({ offset, bytes }: StateWrite, epoch: number): Buffer {
  const value = Buffer.allocUnsafe(headerBytes + bytes.length);
  writeInteger(value, offset, 0);
  writeInteger(value, epoch, 8);
  value.writeUInt32BE(crc32(bytes), 16);
  bytes.copy(value, headerBytes);
  return value;
}

/** @throws {@link StateCorrupt} */
export function decodeStoredState(value: Buffer, key: string): StoredState {
  if (value.length < headerBytes) throw new StateCorrupt(key, `${value.length} bytes are fewer than a header`);
  const offset = readInteger(value, 0);
  const bytes = value.subarray(headerBytes);
  if (crc32(bytes) !== value.readUInt32BE(16)) throw new StateCorrupt(key, `checksum of ${bytes.length} bytes differs`);
  if (!Number.isSafeInteger(offset)) throw new StateCorrupt(key, 'its offset is no safe integer');
  return { offset, bytes };
}
