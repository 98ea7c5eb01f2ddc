import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  createPseudonymiser,
  createTenantPseudonymisers,
  deriveTenantKey,
  type PseudonymKind,
} from './pseudonymiser.ts';

const key = Buffer.alloc(32, 9);
const id = fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => Buffer.from(bytes).toString('hex'));
const kind = fc.constantFrom<PseudonymKind>('subject', 'device', 'session', 'network', 'domain', 'host');

describe('a pseudonym', () => {
  it('is the first half of HMAC-SHA256 over kind, epoch and id', () => {
    const pseudonymOf = createPseudonymiser(key, '2026');
    fc.assert(
      fc.property(kind, id, (kind, id) => {
        const expected = createHmac('sha256', key).update(`${kind}|2026|${id}`).digest('hex').slice(0, 32);
        expect(pseudonymOf(kind, id)).toBe(expected);
      }),
    );
  });

  it('is the same again, also when the cache has forgotten it', () => {
    const pseudonymOf = createPseudonymiser(key, '1', 2);
    fc.assert(
      fc.property(kind, fc.array(id, { minLength: 4, maxLength: 8 }), (kind, ids) => {
        const first = ids.map((one) => pseudonymOf(kind, one));
        expect(ids.map((one) => pseudonymOf(kind, one))).toEqual(first);
      }),
    );
  });

  it('differs with the kind, the epoch, the key and the tenant', () => {
    const otherwise = [
      createPseudonymiser(key, '1'),
      createPseudonymiser(key, '2'),
      createPseudonymiser(Buffer.alloc(32, 8), '1'),
      createTenantPseudonymisers(key, '1')('acme'),
      createTenantPseudonymisers(key, '1')('globex'),
    ];
    fc.assert(
      fc.property(id, (id) => {
        const made = otherwise.flatMap((pseudonymOf) => [pseudonymOf('subject', id), pseudonymOf('device', id)]);
        expect(new Set(made).size).toBe(made.length);
      }),
    );
  });

  it("of a tenant is made with the key derived from the gateway's", () => {
    const one = '00'.repeat(16);
    const derived = createPseudonymiser(deriveTenantKey(key, 'acme'), '1');
    expect(createTenantPseudonymisers(key, '1')('acme')('host', one)).toBe(derived('host', one));
  });

  it('is never made with a key that is too short', () => {
    expect(() => createPseudonymiser(Buffer.alloc(31), '1')).toThrow(RangeError);
    expect(() => createTenantPseudonymisers(Buffer.alloc(31), '1')).toThrow(RangeError);
  });
});
