import { createHash } from 'node:crypto';

/** A Lua script and the digest by which a server that has seen it knows it. */
export interface RedisScript {
  source: string;
  /** SHA-1 of the source, hexadecimal. */
  digest: string;
}

/** Scripts are constants of a module, so the digest is computed once per process. */
export function createRedisScript(source: string): RedisScript {
  return { source, digest: createHash('sha1').update(source).digest('hex') };
}
