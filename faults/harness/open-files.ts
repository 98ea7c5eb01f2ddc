import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { promisify } from 'node:util';
import { findProgram } from '../../deploy/local/find-program.ts';
import { needs } from '../campaign/injectable.ts';
import type { Injectable } from '../campaign/row.ts';

const findPrlimit = () => findProgram('prlimit', 'part of util-linux');

/** Whether the open files of a process can be bounded while it runs. */
export function openFilesCanBeBounded(): Injectable {
  return needs(findPrlimit());
}

/** From now on the process gets no more open files than `most`, connections among them; those that it has stay. Rejects where that is refused. */
export async function boundOpenFiles(pid: number, most: number): Promise<void> {
  const prlimit = findPrlimit();
  if (!prlimit.ok) throw new Error(prlimit.detail);
  await promisify(execFile)(prlimit.path, ['--pid', String(pid), `--nofile=${most}:${most}`]);
}

/** How many it has open, by the kernel. */
export async function openFiles(pid: number): Promise<number> {
  return (await readdir(`/proc/${pid}/fd`)).length;
}
