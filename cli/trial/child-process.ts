import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { atOwnEnd } from '../../deploy/local/own-end.ts';
import { withParentDeath } from '../../deploy/local/parent-death.ts';

/** What is started, and with which environment. */
export interface ChildOptions {
  /** The command: `ingest`, `scorer`, `alerting` or `train`. */
  name: string;
  args: readonly string[];
  env: NodeJS.ProcessEnv;
  /** What `npm run build` has compiled, or the sources through tsx. Default: what the caller itself runs as. */
  program?: ProgramForm;
}

/** In which form the program is started; with `file`, another compiled program that is built on the same functions. */
export type ProgramForm = 'built' | 'source' | { file: URL };

/** A gaitkeeper process of our own. */
export interface ChildProcessHandle {
  name: string;
  readonly pid: number;
  running(): boolean;
  /** SIGSTOP and SIGCONT for a freeze; nothing happens where it has ended. */
  signal(signal: NodeJS.Signals): void;
  /** Its exit code, or the signal that ended it, once it is gone. */
  ended(): Promise<number | NodeJS.Signals | null>;
  /** @throws with its last words when it has ended */
  assertRunning(): void;
  /** The end of what it wrote to standard error. Default: 5 lines. */
  lastWords(lines?: number): string;
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

/** Starts `gaitkeeper <name>` beside this process; it ends with this process at the latest. @throws where it is not built */
export function startChild({ name, args, env, program: form }: ChildOptions): ChildProcessHandle {
  const [program, all] = withParentDeath(process.execPath, [...programArguments(form, name), ...args]);
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
  const lastWords = (lines = 5) => errors.trim().split('\n').slice(-lines).join('\n');

  const running = () => child.exitCode === null && child.signalCode === null;

  return {
    name,
    pid: child.pid as number,
    lastWords,
    running,
    signal(signal) {
      child.kill(signal);
    },
    ended: () => ended,
    assertRunning() {
      if (running()) return;
      throw new Error(`${name} ended with ${child.exitCode ?? child.signalCode}: ${lastWords()}`);
    },
    async finished(listener) {
      told = listener;
      const code = await ended;
      if (code !== 0) throw new Error(`${name} ended with ${code}: ${lastWords()}`);
      return output;
    },
    async stop() {
      // A frozen process takes no SIGTERM.
      child.kill('SIGCONT');
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

const ranAs = import.meta.url.endsWith('.ts') ? 'source' : 'built';

/** What Node runs; where nothing is said, the form of this file. */
function programArguments(form: ProgramForm = ranAs, name: string): string[] {
  if (typeof form === 'object') return ['--enable-source-maps', fileURLToPath(form.file)];
  const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
  switch (form) {
    case 'source':
      return ['--import', 'tsx', at(ranAs === 'source' ? '../main.ts' : '../../../cli/main.ts'), name];
    case 'built': {
      const main = at(ranAs === 'built' ? '../main.js' : '../../dist/cli/main.js');
      if (!existsSync(main)) throw new Error(`there is no ${main}: run \`npm run build\``);
      return ['--enable-source-maps', main, name];
    }
  }
}
