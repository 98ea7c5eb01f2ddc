import { spawn } from 'node:child_process';
import { atOwnEnd } from './own-end.ts';
import { withParentDeath } from './parent-death.ts';

/** How a server is started and when it counts as ready. */
export interface ChildServerOptions {
  /** For messages: `kafka node 1`, `redis`. */
  name: string;
  program: string;
  args: readonly string[];
  /** A line of its output that says that it can be used. */
  ready: RegExp;
  readyTimeoutMs: number;
}

/** A server process that this process owns: it is stopped by its pid, and does not outlive its owner. */
export interface ChildServer {
  readonly pid: number;
  running(): boolean;
  /** Sends a signal: SIGKILL for a crash, SIGSTOP and SIGCONT for a freeze. */
  kill(signal: NodeJS.Signals): void;
  /** Resolves when the process is gone. */
  gone(): Promise<void>;
  /** SIGTERM, and SIGKILL for one that stays. Idempotent. */
  stop(): Promise<void>;
}

const keptOutputLines = 200;
const stopTimeoutMs = 10_000;

/** Starts a server and resolves when it is ready. Rejects with the end of its output when it ends or stays silent. */
export async function startChildServer(options: ChildServerOptions): Promise<ChildServer> {
  const [program, args] = withParentDeath(options.program, options.args);
  // A group of its own: a Ctrl-C at the terminal must not reach the servers before their owner has drained.
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  let running = true;
  const outlived = atOwnEnd(() => child.kill('SIGKILL'));
  const output: string[] = [];
  const goneOnce = new Promise<void>((resolve) => {
    const end = (): void => {
      running = false;
      outlived();
      resolve();
    };
    child.once('exit', end);
    child.once('error', end);
  });

  try {
    await new Promise<void>((resolve, reject) => {
      const fail = (why: string): void =>
        reject(new Error(`${options.name} ${why}; its last output:\n${output.slice(-20).join('\n')}`));
      const timer = setTimeout(() => fail(`was not ready within ${options.readyTimeoutMs} ms`), options.readyTimeoutMs);
      child.once('error', (error) => fail(`could not be started (${error.message})`));
      child.once('exit', (code, signal) => fail(`ended at its start (${signal ?? code})`));
      const onLine = (line: string): void => {
        output.push(line);
        if (output.length > keptOutputLines) output.shift();
        if (!options.ready.test(line)) return;
        clearTimeout(timer);
        resolve();
      };
      for (const stream of [child.stdout, child.stderr]) eachLine(stream, onLine);
    });
  } catch (error) {
    child.kill('SIGKILL');
    await goneOnce;
    throw error;
  }

  return {
    pid: child.pid as number,
    running: () => running,
    kill: (signal) => {
      child.kill(signal);
    },
    gone: () => goneOnce,
    stop: async () => {
      if (!running) return;
      // A frozen process takes no SIGTERM.
      child.kill('SIGCONT');
      child.kill('SIGTERM');
      const cut = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs);
      await goneOnce;
      clearTimeout(cut);
    },
  };
}

function eachLine(stream: NodeJS.ReadableStream, onLine: (line: string) => void): void {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line);
  });
}
