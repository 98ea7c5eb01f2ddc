import { createHmac, createSecretKey } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Pseudonym } from '../detection/words/behaviour.ts';

/** What is pseudonymised. The kind is part of the input, so that the same id has unlinkable pseudonyms in two roles. */
export type PseudonymKind = 'subject' | 'device' | 'session' | 'network' | 'domain' | 'host';

/** Turns an id of the collector (32 lower-case hexadecimal digits) into the pseudonym under which it is stored. */
export type Pseudonymiser = (kind: PseudonymKind, id: string) => Pseudonym;

/** Shortest key, in bytes: the strength of the HMAC's output before truncation. */
export const minPseudonymKeyBytes = 32;

const defaultMaxCached = 20_000;

/**
 * HMAC-SHA256(tenant key, `kind|epoch|id`), first 16 bytes as hexadecimal digits. A new epoch or key makes new
 * pseudonyms that cannot be linked to the old ones without the key. Throws for a key shorter than 32 bytes.
 */
export function createPseudonymiser(tenantKey: Uint8Array, epoch: string, maxCached = defaultMaxCached): Pseudonymiser {
  if (tenantKey.byteLength < minPseudonymKeyBytes) {
    throw new RangeError(
      `the pseudonym key has ${tenantKey.byteLength} bytes; at least ${minPseudonymKeyBytes} are needed`,
    );
  }
  const key = createSecretKey(tenantKey);
  const cache = new LRUCache<string, Pseudonym>({ max: maxCached });

  return function pseudonymOf(kind, id) {
    const name = `${kind}|${epoch}|${id}`;
    const known = cache.get(name);
    if (known !== undefined) return known;
    const pseudonym = createHmac('sha256', key).update(name).digest('hex').slice(0, 32);
    cache.set(name, pseudonym);
    return pseudonym;
  };
}

/** The key of one tenant, derived from the gateway's: two tenants' pseudonyms of one person cannot be linked. */
export function deriveTenantKey(gatewayKey: Uint8Array, tenant: string): Buffer {
  return createHmac('sha256', gatewayKey).update(`tenant|${tenant}`).digest();
}

/** Tenants whose pseudonymisers are kept ready at once. */
const maxTenantsReady = 64;

/** The pseudonymiser of each tenant under one gateway key and epoch. Throws for a key shorter than 32 bytes. */
export function createTenantPseudonymisers(gatewayKey: Uint8Array, epoch: string): (tenant: string) => Pseudonymiser {
  if (gatewayKey.byteLength < minPseudonymKeyBytes) {
    throw new RangeError(
      `the pseudonym key has ${gatewayKey.byteLength} bytes; at least ${minPseudonymKeyBytes} are needed`,
    );
  }
  const ready = new LRUCache<string, Pseudonymiser>({ max: maxTenantsReady });
  return function pseudonymiserOf(tenant) {
    const known = ready.get(tenant);
    if (known !== undefined) return known;
    const pseudonymiser = createPseudonymiser(deriveTenantKey(gatewayKey, tenant), epoch);
    ready.set(tenant, pseudonymiser);
    return pseudonymiser;
  };
}
