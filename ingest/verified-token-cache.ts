import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Clock } from '../platform/clock.ts';
import type { DeviceIdentity, TokenVerifier } from './device-token.ts';
import { refuse } from './outcomes.ts';

/** The clock of the cache, and its size. */
export interface VerifiedTokenCacheOptions {
  clock: Pick<Clock, 'nowMs'>;
  clockSkewMs: number;
  /** Tokens remembered at most; the least recently used one is verified anew. */
  maxTokens: number;
}

/**
 * Pays for a signature once per token, not once per batch. Only verified tokens are kept, by digest, and each use checks
 * the expiry again; forged ones are not kept, so they cannot push honest ones out.
 */
export function cacheVerifiedTokens(verify: TokenVerifier, options: VerifiedTokenCacheOptions): TokenVerifier {
  const { clock, clockSkewMs, maxTokens } = options;
  const verified = new LRUCache<string, DeviceIdentity>({ max: maxTokens });

  return async function verifyOnce(token) {
    const digest = hash('sha256', token, 'base64');
    const known = verified.get(digest);
    if (known !== undefined) {
      if (clock.nowMs() < known.expiresAtMs + clockSkewMs) return { ok: true, identity: known };
      verified.delete(digest);
      return refuse('token-expired');
    }
    const check = await verify(token);
    if (check.ok) verified.set(digest, check.identity);
    return check;
  };
}
