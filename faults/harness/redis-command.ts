import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { type Found, findProgram } from '../../deploy/local/find-program.ts';

const fix = 'it comes with Redis: run `npm run setup:servers`';

/** Redis' own client: what an operator does by hand is not in our ports. */
export function findRedisCommand(): Found {
  return findProgram('redis-cli', fix);
}

/** Runs one command on the server at a port of this machine. @throws with its answer where it is an error */
export async function redisCommand(port: number, ...command: readonly string[]): Promise<string> {
  const program = findRedisCommand();
  if (!program.ok) throw new Error(program.detail);
  const { stdout } = await promisify(execFile)(program.path, ['-e', '-p', String(port), ...command]);
  return stdout.trim();
}
