import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { rm, statfs, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProgram } from './find-program.ts';
import { atOwnEnd } from './own-end.ts';

/** A file system in memory, so small that a test can fill it. */
export interface SmallDisk {
  readonly path: string;
  /** Takes all but so many bytes. */
  fill(butBytes: number): Promise<void>;
  /** Gives back what `fill` took. */
  free(): Promise<void>;
  /** Unmounts and removes it, with everything in it. */
  remove(): void;
}

/** Whether a small disk can be had: it takes Linux and the right to mount. */
export function smallDiskAvailable(): { ok: true } | { ok: false; reason: string } {
  try {
    mountSmallDisk(1).remove();
    return { ok: true };
  } catch (error) {
    const why = error instanceof Error ? error.message.split('\n')[0] : String(error);
    return { ok: false, reason: `no small disk can be mounted (${why})` };
  }
}

/** @throws where it cannot be mounted */
export function mountSmallDisk(mebibytes: number): SmallDisk {
  const mount = findProgram('mount', 'it is part of util-linux');
  const unmount = findProgram('umount', 'it is part of util-linux');
  if (!mount.ok) throw new Error(mount.detail);
  if (!unmount.ok) throw new Error(unmount.detail);
  const path = mkdtempSync(join(tmpdir(), 'gaitkeeper-disk-'));
  try {
    execFileSync(mount.path, ['-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'gaitkeeper', path], { stdio: 'pipe' });
  } catch (error) {
    rmdirSync(path);
    throw error;
  }
  const filler = join(path, 'filler');
  const unmountAll = (): void => {
    execFileSync(unmount.path, ['--lazy', path], { stdio: 'pipe' });
    rmdirSync(path);
  };
  const outlived = atOwnEnd(unmountAll);
  return {
    path,
    async fill(butBytes) {
      const { bavail, bsize } = await statfs(path);
      await writeFile(filler, Buffer.alloc(Math.max(0, bavail * bsize - butBytes)));
    },
    async free() {
      await truncate(filler).catch(() => undefined); // a full disk may not even take the removal of a name
      await rm(filler, { force: true });
    },
    remove() {
      outlived();
      unmountAll();
    },
  };
}
