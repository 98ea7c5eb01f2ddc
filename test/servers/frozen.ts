import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { eventually } from '../contracts/eventually.ts';

/** A server that can be frozen: it holds its connections open and answers nothing until a SIGCONT. */
interface Freezable {
  kill(signal: 'SIGSTOP'): void;
}

/**
 * Freezes processes and resolves when all their threads stand still: on a busy machine they go on, and answer, for some
 * milliseconds after the signal. Where there is no `/proc` to see it, the signal has to do.
 */
export async function freeze(server: Freezable, pids: readonly number[]): Promise<void> {
  server.kill('SIGSTOP');
  await eventually('every thread has stopped', () => pids.every(standsStill));
}

function standsStill(pid: number): boolean {
  const threads = `/proc/${pid}/task`;
  if (!existsSync(threads)) return true;
  return readdirSync(threads).every((thread) => {
    const path = `${threads}/${thread}/stat`;
    // A thread that has ended meanwhile: the process still runs.
    if (!existsSync(path)) return false;
    const stat = readFileSync(path, 'utf8');
    // The state stands behind the name, which may hold anything.
    return stat.slice(stat.lastIndexOf(')') + 2).startsWith('T');
  });
}
