import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

const manifest = z.object({ version: z.string() });

/** Beside the sources, or one folder above their compiled form. */
function readVersion(): string {
  for (const place of ['../package.json', '../../package.json']) {
    try {
      return manifest.parse(JSON.parse(readFileSync(fileURLToPath(new URL(place, import.meta.url)), 'utf8'))).version;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    }
  }
  throw new Error('package.json is not where the program expects it');
}

/** The version of this program, from its package.json. */
export const programVersion = readVersion();
