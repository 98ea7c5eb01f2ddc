import { BlockList, isIP } from 'node:net';

/** A network in CIDR notation. */
export interface Network {
  address: string;
  prefix: number;
  family: 'ipv4' | 'ipv6';
}

/** Reads `10.0.0.0/8` or `fd00::/8`; `undefined` for anything else. */
export function readNetwork(text: string): Network | undefined {
  const [, address = '', digits = ''] = /^([0-9a-fA-F.:]{2,45})\/(\d{1,3})$/.exec(text) ?? [];
  const version = isIP(address);
  const prefix = Number(digits);
  if (version === 0 || digits === '' || prefix > (version === 4 ? 32 : 128)) return undefined;
  return { address, prefix, family: version === 4 ? 'ipv4' : 'ipv6' };
}

/**
 * What is not globally reachable, or is not one host: IANA's registries of special-purpose addresses (RFC 6890 and its
 * successors, as of November 2026) with multicast and what is reserved. An IPv4 address in an IPv6 one is judged as itself.
 */
const specialNetworks = [
  '0.0.0.0/8', // this network
  '10.0.0.0/8', // private
  '100.64.0.0/10', // shared by carriers, and inside clouds
  '127.0.0.0/8', // loopback
  '169.254.0.0/16', // link-local, where clouds keep credentials
  '172.16.0.0/12', // private
  '192.0.0.0/24', // protocol assignments
  '192.0.2.0/24', // documentation
  '192.31.196.0/24', // AS112
  '192.52.193.0/24', // AMT
  '192.88.99.0/24', // 6to4 relays, deprecated
  '192.168.0.0/16', // private
  '192.175.48.0/24', // AS112
  '198.18.0.0/15', // benchmarks
  '198.51.100.0/24', // documentation
  '203.0.113.0/24', // documentation
  '224.0.0.0/4', // multicast
  '240.0.0.0/4', // reserved, broadcast
  '::/96', // unspecified, loopback, IPv4-compatible
  '64:ff9b:1::/48', // translation inside a network
  '100::/64', // discard
  '100:0:0:1::/64', // dummy
  '2001::/23', // protocol assignments, Teredo and ORCHID among them
  '2001:db8::/32', // documentation
  '2002::/16', // 6to4: leads to any IPv4 address
  '2620:4f:8000::/48', // AS112
  '3fff::/20', // documentation
  '5f00::/16', // segment routing
  'fc00::/7', // unique local
  'fe80::/10', // link-local
  'fec0::/10', // site-local, deprecated
  'ff00::/8', // multicast
];

/** Prefixes whose last four bytes are an IPv4 address: mapped, translated (RFC 6052, RFC 2765). */
const carriersOfIpv4 = ['::ffff:0:0/96', '::ffff:0:0:0/96', '64:ff9b::/96'];

/** Whether a request may be sent to an address. */
export type AddressJudge = (address: string) => boolean;

/** Judges addresses as they were resolved; what is not an address may not be reached. `allowed` networks may be, whatever they are. */
export function createAddressJudge(allowed: readonly Network[]): AddressJudge {
  const special = blockListOf(specialNetworks.map(networkOf));
  const carriers = blockListOf(carriersOfIpv4.map(networkOf));
  const exceptions = blockListOf(allowed);

  return function mayReach(address) {
    const version = isIP(address);
    // A zone such as %eth0 names a link of this machine.
    if (version === 0 || address.includes('%')) return false;
    if (version === 6 && carriers.check(address, 'ipv6')) return mayReach(carriedIpv4(address));
    const family = version === 4 ? 'ipv4' : 'ipv6';
    return exceptions.check(address, family) || !special.check(address, family);
  };
}

function networkOf(text: string): Network {
  const network = readNetwork(text);
  if (network === undefined) throw new Error(`${text} is not a network`);
  return network;
}

function blockListOf(networks: readonly Network[]): BlockList {
  const list = new BlockList();
  for (const { address, prefix, family } of networks) list.addSubnet(address, prefix, family);
  return list;
}

/** The last 32 bits of an IPv6 address in dotted notation. */
function carriedIpv4(address: string): string {
  // The URL parser writes every address in one form, in groups of hexadecimal digits; a gap stands for zeros.
  const groups = new URL(`http://[${address}]`).hostname.slice(1, -1).split(':');
  const [high = 0, low = 0] = groups.slice(-2).map((group) => Number.parseInt(group || '0', 16));
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}
