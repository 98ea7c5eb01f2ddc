import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { findProgram } from '../../deploy/local/find-program.ts';
import { withParentDeath } from '../../deploy/local/parent-death.ts';
import type { Injectable } from '../campaign/row.ts';

/** A process whose every sync to disk fails with EIO. */
export interface FailingSyncs {
  /** How many have failed so far. */
  failed(): number;
  /** Whether the process has ended by itself, or could not be traced. */
  over(): boolean;
  /** Syncs work again. Idempotent. */
  stop(): Promise<void>;
}

const calls = 'fsync,fdatasync';
/** Of a process that is traced only to see whether that is allowed. */
const probeSeconds = '0.2';

function findTracer() {
  return findProgram('strace', 'install strace');
}

/** Whether syncs can be made to fail: strace is there, and may trace what it has not started. */
export function syncsCanFail(): Injectable {
  const tracer = findTracer();
  if (!tracer.ok) return { ok: false, reason: tracer.detail };
  const probe = spawn('sleep', [probeSeconds], { stdio: 'ignore' });
  const { status, stderr } = spawnSync(tracer.path, ['-qq', '-e', 'trace=none', '-p', String(probe.pid)]);
  return status === 0 ? { ok: true } : { ok: false, reason: `strace may not trace: ${stderr.toString().trim()}` };
}

/** From now on, in every thread of the process. It works more slowly meanwhile. */
export function failSyncsOf(pid: number): FailingSyncs {
  const found = findTracer();
  if (!found.ok) throw new Error(found.detail);
  const only = ['-e', `trace=${calls}`, '-e', `inject=${calls}:error=EIO`];
  const [command, args] = withParentDeath(found.path, ['-f', '-qq', ...only, '-p', String(pid)]);
  const tracer = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let failed = 0;
  createInterface(tracer.stderr).on('line', (line) => {
    if (line.includes('(INJECTED)')) failed += 1;
  });
  let over = false;
  const gone = once(tracer, 'exit').then(() => {
    over = true;
  });
  return {
    failed: () => failed,
    over: () => over,
    async stop() {
      if (!over) tracer.kill('SIGINT'); // it lets go of its process
      await gone;
    },
  };
}
