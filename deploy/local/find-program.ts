import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Something a local server needs: where it is, or in words why it cannot be had and what would bring it. */
export type Found = { ok: true; path: string } | { ok: false; reason: 'missing'; detail: string };

/** Looks for an executable on `PATH`. `fix` says how to get it. */
export function findProgram(name: string, fix: string, path = process.env['PATH'] ?? ''): Found {
  for (const folder of path.split(delimiter)) {
    if (folder === '') continue;
    const candidate = join(folder, name);
    try {
      accessSync(candidate, constants.X_OK);
      return { ok: true, path: candidate };
    } catch {
      // Not in this folder; the next one is looked at.
    }
  }
  return { ok: false, reason: 'missing', detail: `${name} is not on the PATH: ${fix}` };
}

/** kcat, a Kafka client that we did not write. */
export function findKcat(): Found {
  return findProgram('kcat', 'run `npm run setup:servers`, or install kcat');
}
