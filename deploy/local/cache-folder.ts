import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * Where `npm run setup:servers` leaves what it fetched: `GAITKEEPER_CACHE`, else `gaitkeeper` in the user's cache folder.
 */
export function cacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const chosen = environment['GAITKEEPER_CACHE'];
  if (chosen !== undefined && chosen !== '') return chosen;
  const userCache = environment['XDG_CACHE_HOME'];
  return join(userCache !== undefined && userCache !== '' ? userCache : join(homedir(), '.cache'), 'gaitkeeper');
}
