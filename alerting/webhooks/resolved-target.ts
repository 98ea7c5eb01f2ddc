import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { AddressJudge } from './address-rules.ts';

/** The addresses of a host; rejects where it has none. */
export type Resolve = (hostname: string) => Promise<readonly string[]>;

/** The address to connect to, or why there is none. */
export type ResolvedTarget =
  | { ok: true; address: string; family: 4 | 6 }
  | { ok: false; reason: 'name-unresolved' | 'address-refused' };

/** The computer's own resolver, hosts file included. */
export const systemResolve: Resolve = async (hostname) => {
  const found = await lookup(hostname, { all: true, order: 'verbatim' });
  return found.map(({ address }) => address);
};

/**
 * Resolves the host of a URL once and judges every address it has: one that may not be reached refuses them all, so that a
 * name cannot lead inside now and then. What is connected to is the judged address itself, never the name again.
 */
export async function resolveTarget(
  { hostname }: Pick<URL, 'hostname'>,
  { resolve, mayReach }: { resolve: Resolve; mayReach: AddressJudge },
): Promise<ResolvedTarget> {
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  const addresses = isIP(host) === 0 ? await resolve(host).catch(() => []) : [host];
  const [address] = addresses;
  if (address === undefined) return { ok: false, reason: 'name-unresolved' };
  if (!addresses.every(mayReach)) return { ok: false, reason: 'address-refused' };
  return { ok: true, address, family: isIP(address) === 4 ? 4 : 6 };
}
