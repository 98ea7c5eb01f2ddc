import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';

const program = fileURLToPath(new URL('../../test/fixtures/blocked-process.ts', import.meta.url));

interface End {
  code: number | null;
  signal: string | null;
  lines: { level: string; msg: string; blockedMs: number }[];
}

/** A process whose loop stands still for `blockMs` under a guard of `limitMs`. */
function blocked(blockMs: number, limitMs: number): Promise<End> {
  const { NODE_OPTIONS: _, ...env } = process.env;
  const args = ['--import', 'tsx', program, String(blockMs), String(limitMs)];
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
  let told = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    told += chunk;
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      const lines = told.split('\n').filter((line) => line.startsWith('{'));
      resolve({ code, signal, lines: lines.map((line) => JSON.parse(line) as End['lines'][number]) });
    });
  });
}

it('a loop that stands still for a while is said, and the process goes on', async () => {
  const { code, signal, lines } = await blocked(800, 60_000);
  expect([code, signal]).toEqual([0, null]);
  // A busy machine may hold the process up at other times as well.
  const longest = lines.reduce((most, line) => (line.blockedMs > most.blockedMs ? line : most));
  expect(longest).toMatchObject({ level: 'warn', msg: expect.stringContaining('was blocked') });
  expect(longest.blockedMs).toBeGreaterThanOrEqual(400);
});

it('a loop that stands still for ever is said by another thread, and the process is killed', async () => {
  const { code, signal, lines } = await blocked(120_000, 1_200);
  expect([code, signal]).toEqual([null, 'SIGKILL']);
  const byGuard = lines.filter(({ level }) => level !== 'warn');
  expect(byGuard.map(({ level }) => level)).toEqual(['error', 'fatal']);
  expect(byGuard[1]).toMatchObject({ name: 'blocked', limitMs: 1_200 });
});
