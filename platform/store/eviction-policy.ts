/** What a server does when its memory is full. Only `noeviction` refuses writes; every other policy deletes live state in silence. */
export class EvictionRefused extends Error {
  override readonly name = 'EvictionRefused';

  constructor(policy: string) {
    super(
      `Redis may delete live state when its memory is full (maxmemory-policy ${policy}). ` +
        'Set it with "CONFIG SET maxmemory-policy noeviction", and the same in redis.conf or the provider\'s parameter group.',
    );
  }
}

/**
 * Reads the policy from the text of `INFO memory`, which is allowed where `CONFIG` is forbidden.
 * @throws {@link EvictionRefused}
 */
export function refuseEviction(memoryInfo: string): void {
  const policy = /^maxmemory_policy:(\S+)/m.exec(memoryInfo)?.[1];
  if (policy === undefined) throw new Error('INFO memory names no maxmemory_policy');
  if (policy !== 'noeviction') throw new EvictionRefused(policy);
}
