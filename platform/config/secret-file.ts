import { closeSync, openSync, readSync } from 'node:fs';

const maxSecretBytes = 65_536;

/**
 * The text of a mounted secret without its last line feed.
 * @throws when the file cannot be read, or is larger than 64 KiB.
 */
export function readSecretFile(path: string): string {
  const file = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(maxSecretBytes + 1);
    const length = readSync(file, bytes);
    if (length > maxSecretBytes) throw new Error(`larger than ${maxSecretBytes} bytes`);
    return bytes.toString('utf8', 0, length).replace(/\r?\n$/, '');
  } finally {
    closeSync(file);
  }
}
