import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createDeadLetterCodec, deadLetterLimits, deadLetterOf } from './dead-letter.ts';

const codec = createDeadLetterCodec();
const bytes = fc.uint8Array({ maxLength: 200 }).map((value) => Buffer.from(value));
const text = fc.string({ unit: 'binary', maxLength: 1500 });

const anyRefused = fc.record({
  topic: fc.constant('gaitkeeper.behaviour.v1'),
  partition: fc.nat({ max: 1000 }),
  offset: fc.nat(),
  key: fc.option(bytes, { nil: null }),
  value: fc.option(bytes, { nil: null }),
  headers: fc.dictionary(fc.string({ maxLength: 30 }), fc.string({ maxLength: 300 }), { maxKeys: 70 }),
  timestampMs: fc.constantFrom(-1, 0, 1_700_000_000_000, Number.NaN),
});

describe('a dead letter', () => {
  it('can be written of any record, and read back', () => {
    fc.assert(
      fc.property(anyRefused, text, text, (record, reason, detail) => {
        const letter = deadLetterOf(record, { stage: 'scorer', reason, detail });
        const decoded = codec.decode(codec.encode(letter));
        expect(decoded).toMatchObject({ ok: true, value: { originalKey: record.key, originalValue: record.value } });
        expect(
          codec.encode(deadLetterOf(record, { stage: 'scorer', reason, detail })).equals(codec.encode(letter)),
        ).toBe(true);
      }),
      { numRuns: 50, seed: 10 },
    );
  });

  it('keeps the original whole where it fits, and says how long it was where it does not', () => {
    const record = {
      topic: 'gaitkeeper.behaviour.v1',
      partition: 3,
      offset: 42,
      key: Buffer.alloc(100_000, 1),
      value: Buffer.alloc(5_000_000, 2),
      headers: Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`header-${index}`, '€'.repeat(100)])),
      timestampMs: 1_700_000_000_000,
    };
    const why = { stage: 'x'.repeat(5000), reason: 'malformed', detail: '€'.repeat(5000), tenant: '€'.repeat(5000) };
    const written = codec.encode(deadLetterOf(record, why));
    expect(written.length).toBeLessThan(1_048_576);
    const decoded = codec.decode(written);
    expect(decoded).toMatchObject({
      ok: true,
      value: {
        originalValueBytes: 5_000_000,
        source: { topic: 'gaitkeeper.behaviour.v1', partition: 3, offset: 42 },
        failedAtMs: 1_700_000_000_000,
      },
    });
    const kept = decoded.ok ? decoded.value.originalValue : null;
    expect(kept?.equals(record.value.subarray(0, deadLetterLimits.valueBytes))).toBe(true);
  });
});
