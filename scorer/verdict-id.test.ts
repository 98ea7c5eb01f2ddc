import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { verdictId } from './verdict-id.ts';

const tenant = fc.string({ maxLength: 64, unit: 'grapheme' });
const position = fc.record({
  topic: fc.stringMatching(/^[A-Za-z0-9._-]{1,249}$/),
  partition: fc.nat(),
  offset: fc.maxSafeNat(),
});

describe('a verdict id', () => {
  it('is 16 bytes in hexadecimal, the same whenever it is derived again', () => {
    const source = { topic: 'gaitkeeper.behaviour.v1', partition: 3, offset: 41 };
    // SHA-256 of "default|gaitkeeper.behaviour.v1|3|41": an id of yesterday must be found again tomorrow.
    expect(verdictId('default', source)).toBe('cb8595a933c1e2b391f18eb81ae686e9');
    expect(verdictId('default', { ...source })).toBe(verdictId('default', source));
  });

  it('differs for every other tenant, topic, partition or offset', () => {
    fc.assert(
      fc.property(tenant, position, tenant, position, (tenantA, a, tenantB, b) => {
        const same = tenantA === tenantB && a.topic === b.topic && a.partition === b.partition && a.offset === b.offset;
        expect(verdictId(tenantA, a) === verdictId(tenantB, b)).toBe(same);
      }),
    );
  });
});
