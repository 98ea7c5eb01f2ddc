import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { atOwnEnd } from '../../deploy/local/own-end.ts';
import { withParentDeath } from '../../deploy/local/parent-death.ts';

/** What is started, and with which environment. */
export interface ChildOptions {
  /** The command: `ingest`, `scorer`, `alerting` or `train`. */
  name: string;
  args: readonly string[];
  env: NodeJS.ProcessEnv;
}

/** A gaitkeeper process of our own. */
export interface ChildProcessHandle {
  name: string;
  /** @throws with its last words when it has ended */
  assertRunning(): void;
  lastWords(): string;
  /** Its standard output once it has ended well; `told` gets each line that it writes to standard error meanwhile. */
  finished(told: (line: string) => void): Promise<string>;
  /** SIGTERM, and SIGKILL for one that does not follow. Idempotent. */
  stop(): Promise<void>;
  /** SIGKILL: it gets no chance to finish anything. */
  crash(): Promise<void>;
}

/** Longest stay between SIGTERM and SIGKILL: above the drain timeout of a process. */
const stopWithinMs = 25_000;
/** What is kept of standard error and output, characters. */
const keptCharacters = 20_000;

/** Starts `gaitkeeper <name>` beside this process; it ends with this process at the latest. */
export function startChild({ name, args, env }: ChildOptions): ChildProcessHandle {
  const [program, all] = withParentDeath(process.execPath, [...programArguments(), name, ...args]);
  const child = spawn(program, all, {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const killChild = () => child.kill('SIGKILL');
  const outlived = atOwnEnd(killChild);
  let errors = '';
  let output = '';
  let told: (line: string) => void = () => {};
  let partial = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    errors = (errors + chunk).slice(-keptCharacters);
    const lines = (partial + chunk).split('\n');
    partial = (lines.pop() ?? '').slice(-keptCharacters);
    for (const line of lines) told(line);
  });
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    output = (output + chunk).slice(-keptCharacters);
  });
  const ended = endOf(child).finally(outlived);
  const lastWords = () => errors.trim().split('\n').slice(-5).join('\n');

  return {
    name,
    lastWords,
    assertRunning() {
      if (child.exitCode === null && child.signalCode === null) return;
      throw new Error(`${name} ended with ${child.exitCode ?? child.signalCode}: ${lastWords()}`);
    },
    async finished(listener) {
      told = listener;
      const code = await ended;
      if (code !== 0) throw new Error(`${name} ended with ${code}: ${lastWords()}`);
      return output;
    },
    async stop() {
      child.kill('SIGTERM');
      const cut = setTimeout(killChild, stopWithinMs);
      await ended;
      clearTimeout(cut);
    },
    async crash() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

function endOf(child: ChildProcess): Promise<number | NodeJS.Signals | null> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(code ?? signal));
  });
}

/** The compiled program, or its source through tsx where this file is a source. */
function programArguments(): string[] {
  const isSource = import.meta.url.endsWith('.ts');
  const main = fileURLToPath(new URL(isSource ? '../main.ts' : '../main.js', import.meta.url));
  return isSource ? ['--import', 'tsx', main] : ['--enable-source-maps', main];
}
