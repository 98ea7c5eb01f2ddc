import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import { createAddressJudge, readNetwork } from './address-rules.ts';

const mayReach = createAddressJudge([]);
const ipv4 = fc.uint8Array({ minLength: 4, maxLength: 4 }).map((bytes) => bytes.join('.'));
/** Addresses of any kind, and many that begin as the special ones do. */
const heads = [
  '0000',
  '0064ff9b',
  '0064ff9b0001',
  '0100',
  '2001',
  '20010db8',
  '2002',
  '3fff',
  '5f00',
  'fc00',
  'fdab',
  'fe80',
  'fec0',
  'ff02',
  '00000000000000000000ffff',
  '0000000000000000ffff0000',
  '2606',
];
const ipv6 = fc
  .tuple(fc.constantFrom('', ...heads), fc.uint8Array({ minLength: 16, maxLength: 16 }))
  .map(([head, bytes]) => `${head}${Buffer.from(bytes).toString('hex')}`.slice(0, 32))
  .map((hex) => (hex.match(/.{4}/g) ?? []).join(':'));
const specialIpv4 = fc
  .tuple(
    fc.constantFrom(
      '0',
      '10',
      '100.64',
      '100.127',
      '127',
      '169.254',
      '172.16',
      '172.31',
      '192.0.0',
      '192.0.2',
      '192.168',
      '198.18',
      '198.19',
      '198.51.100',
      '203.0.113',
      '224',
      '239',
      '240',
      '255',
    ),
    ipv4,
  )
  .map(([head, rest]) => [...head.split('.'), ...rest.split('.')].slice(0, 4).join('.'));

/** What another library says of an address. It does not know these, which IANA lists and we refuse as well. */
const unknownToIpaddr = [
  '100:0:0:1::/64',
  '192.31.196.0/24',
  '192.52.193.0/24',
  '192.175.48.0/24',
  '2001::/23',
  '2620:4f:8000::/48',
  '3fff::/20',
  '5f00::/16',
  '64:ff9b:1::/48',
  '::/96',
  '::ffff:0:0:0/96',
].map((text) => ipaddr.parseCIDR(text));
function isKnownBeyond(address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  return unknownToIpaddr.some(
    ([network, prefix]) => network.kind() === address.kind() && address.match(network, prefix),
  );
}

/** The last 32 bits of an address that carries an IPv4 one. */
function carried(address: ipaddr.IPv4 | ipaddr.IPv6): ipaddr.IPv4 | ipaddr.IPv6 {
  if (!(address instanceof ipaddr.IPv6)) return address;
  const carriers = ['::ffff:0:0/96', '::ffff:0:0:0/96', '64:ff9b::/96'].map((text) => ipaddr.parseCIDR(text));
  const carries = carriers.some(([network, prefix]) => address.match(network as ipaddr.IPv6, prefix));
  return carries ? new ipaddr.IPv4(address.toByteArray().slice(12)) : address;
}

describe('an address', () => {
  it('may be reached exactly where another library calls it a plain one, in either family', () => {
    fc.assert(
      fc.property(fc.oneof(ipv4, specialIpv4, ipv6), (text) => {
        const meant = carried(ipaddr.parse(text));
        const expected = meant.range() === 'unicast' && !isKnownBeyond(meant);
        expect({ text, reached: mayReach(text) }).toEqual({ text, reached: expected });
      }),
      { numRuns: 5_000 },
    );
  });

  it('is judged the same in every way of writing it', () => {
    fc.assert(
      fc.property(ipv6, (text) => {
        const parsed = ipaddr.parse(text);
        const ways = [text, text.toUpperCase(), parsed.toString(), parsed.toNormalizedString()];
        expect(new Set(ways.map(mayReach)).size).toBe(1);
      }),
    );
  });

  it('in an IPv6 one is judged as itself', () => {
    fc.assert(
      fc.property(fc.oneof(ipv4, specialIpv4), (text) => {
        const [a = 0, b = 0, c = 0, d = 0] = text.split('.').map(Number);
        const hex = `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
        for (const carrier of [`::ffff:${text}`, `::ffff:${hex}`, `::ffff:0:${hex}`, `64:ff9b::${hex}`]) {
          expect([carrier, mayReach(carrier)]).toEqual([carrier, mayReach(text)]);
        }
      }),
    );
  });

  it.each([
    '127.0.0.1',
    '10.1.2.3',
    '169.254.169.254',
    '::1',
    '::',
    '::ffff:169.254.169.254',
    'fe80::1',
    'fe80::1%eth0',
    'fd00:ec2::254',
    '64:ff9b::a9fe:a9fe',
    '2002:7f00:1::',
    '0.0.0.0',
    '255.255.255.255',
    'ff02::1',
    'localhost',
    '',
    '1.2.3',
    '0x7f.0.0.1',
  ])('%s may not be reached', (address) => expect(mayReach(address)).toBe(false));

  it.each(['1.1.1.1', '2606:4700:4700::1111', '::ffff:1.1.1.1'])('%s may', (address) => {
    expect(mayReach(address)).toBe(true);
  });

  it('may be reached in a network that was named, and in no other', () => {
    const networks = ['10.20.30.0/24', 'fd00::/64'].map(readNetwork).filter((network) => network !== undefined);
    const judge = createAddressJudge(networks);
    expect(['10.20.30.7', '::ffff:10.20.30.7', 'fd00::7', '1.1.1.1'].map(judge)).toEqual([true, true, true, true]);
    expect(['10.20.31.7', 'fd00:0:0:1::7', '127.0.0.1', '::1'].map(judge)).toEqual([false, false, false, false]);
  });
});

describe('a network', () => {
  it.each([
    '10.0.0.0',
    '10.0.0.0/33',
    '::/129',
    '10.0.0/8',
    'fe80::%1/10',
    'example.org/8',
    '10.0.0.0/',
    '/8',
    '10.0.0.0/8 ',
  ])('is none: %s', (text) => expect(readNetwork(text)).toBeUndefined());
});
