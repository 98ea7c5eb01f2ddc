import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface WorkerProcessOptions {
  /** A TypeScript file of the project, or a built one, from its root. */
  program: string;
  args: readonly string[];
  env: NodeJS.ProcessEnv;
  /** Where a profile of the processor is left when the process ends; none without it. */
  profileDir?: string;
}

/** A Node process of our own: what is measured runs alone in it. */
export interface WorkerProcess {
  /** @throws with its last words when it has ended */
  assertRunning(): void;
  /** Its standard output once it has ended well. */
  finished(): Promise<string>;
  /** SIGTERM, and SIGKILL for one that does not follow. Idempotent. */
  stop(): Promise<void>;
}

const stopWithinMs = 30_000;
const keptCharacters = 20_000;

/** Starts it; it ends with this process at the latest. */
export function startWorkerProcess({ program, args, env, profileDir }: WorkerProcessOptions): WorkerProcess {
  const file = fileURLToPath(new URL(`../../${program}`, import.meta.url));
  const profiling = profileDir === undefined ? [] : ['--cpu-prof', '--cpu-prof-dir', profileDir];
  const loader = program.endsWith('.ts') ? ['--import', 'tsx'] : [];
  const child = spawn(process.execPath, [...profiling, ...loader, file, ...args], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  let output = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    output += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    errors = (errors + chunk).slice(-keptCharacters);
  });
  const ended = endOf(child).finally(() => process.off('exit', kill));
  const lastWords = () => errors.trim().split('\n').slice(-5).join('\n');
  return {
    assertRunning() {
      if (child.exitCode === null && child.signalCode === null) return;
      throw new Error(`${program} ended with ${child.exitCode ?? child.signalCode}: ${lastWords()}`);
    },
    async finished() {
      const code = await ended;
      if (code !== 0) throw new Error(`${program} ended with ${code}: ${lastWords()}`);
      return output;
    },
    async stop() {
      child.kill('SIGTERM');
      const cut = setTimeout(kill, stopWithinMs);
      await ended;
      clearTimeout(cut);
    },
  };
}

function endOf(child: ChildProcess): Promise<number | NodeJS.Signals | null> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(code ?? signal));
  });
}
