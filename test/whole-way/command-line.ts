import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { builtMain } from '../fixtures/built-program.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** How a command ended and what it wrote. */
export interface CommandEnd {
  exitCode: number | null;
  stdout: string;
  stderr: string;
}

/** Runs `gaitkeeper <args>`, as a process of its own, with no settings but the given environment's. */
export function gaitkeeper(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<CommandEnd> {
  const own = Object.entries(process.env).filter(
    ([name]) => !name.startsWith('GAITKEEPER_') && name !== 'NODE_OPTIONS',
  );
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [builtMain, ...args], {
      cwd: root,
      env: { ...Object.fromEntries(own), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      stdout += chunk;
    });
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      stderr += chunk;
    });
    child.once('error', reject);
    child.once('close', (exitCode) => resolve({ exitCode, stdout, stderr }));
  });
}
