import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  activityKinds,
  type BehaviourBatch,
  handlings,
  inputRoutes,
  type KeystrokeSample,
  type PointerStroke,
  pointerDevices,
  strokeKinds,
} from '../detection/words/behaviour.ts';
import { batchBounds, batchLimits, maxBatchItems, maxBatchJsonCharacters } from './batch-limits.ts';
import { createBehaviourBatchCodec } from './behaviour-batch.ts';
import { behaviourBatchFromJson } from './behaviour-batch-json.ts';
import type { Bounds } from './bounds.ts';
import { decodeFailures } from './decoded.ts';
import { singleObjectHeader } from './framing.ts';
import { fullestBatch } from './fullest-batch.ts';
import { loadSchema } from './stored-schemas.ts';

const within = ({ min, max }: Bounds) => fc.integer({ min, max });
const pseudonym = fc
  .uint8Array({ minLength: 16, maxLength: 16 })
  .map((bytes) => Buffer.from([1, ...bytes.subarray(1)]).toString('hex'));
const orNull = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });

const keystroke: fc.Arbitrary<KeystrokeSample> = fc
  .record({
    zonePair: within(batchBounds.zonePair),
    holdMs: within(batchBounds.holdMs),
    flight: orNull(
      fc.record({ pressPressMs: within(batchBounds.pressPressMs), releasePressMs: within(batchBounds.releasePressMs) }),
    ),
  })
  .map(({ zonePair, holdMs, flight }) => ({
    zonePair,
    holdMs,
    pressPressMs: flight?.pressPressMs ?? null,
    releasePressMs: flight?.releasePressMs ?? null,
  }));

const stroke: fc.Arbitrary<PointerStroke> = fc
  .record({
    kind: fc.constantFrom(...strokeKinds),
    device: fc.constantFrom(...pointerDevices),
    points: fc.array(fc.tuple(within(batchBounds.dtMs), within(batchBounds.step), within(batchBounds.step)), {
      maxLength: batchLimits.pointsPerStroke,
    }),
    pauseMs: orNull(within(batchBounds.pauseMs)),
    pressMs: orNull(within(batchBounds.pressMs)),
    stopMs: orNull(within(batchBounds.stopMs)),
  })
  .map(({ points, ...rest }) => ({
    ...rest,
    dtMs: points.map(([dtMs]) => dtMs),
    dx: points.map(([, dx]) => dx),
    dy: points.map(([, , dy]) => dy),
  }));

const anyBatch: fc.Arbitrary<BehaviourBatch> = fc.record({
  tenant: fc.constantFrom('acme', '', 'häuser & söhne'),
  subject: pseudonym,
  device: pseudonym,
  session: pseudonym,
  sequence: fc.maxSafeInteger().map((value) => Math.max(0, Math.abs(value) - 1)),
  deviceClockMs: fc.integer({ min: 0, max: 4_000_000_000_000 }),
  durationMs: within(batchBounds.durationMs),
  receivedAtMs: fc.integer({ min: 0, max: 4_000_000_000_000 }),
  handling: fc.constantFrom(...handlings),
  collector: fc.record({
    name: fc.constantFrom('windows-agent', 'browser'),
    version: fc.constant('1.2.3'),
    timerResolutionMs: fc.constantFrom(0, 0.1, 1, 15.625),
  }),
  context: fc.record({
    inputRoute: fc.constantFrom(...inputRoutes),
    network: orNull(pseudonym),
    domain: orNull(pseudonym),
    host: orNull(pseudonym),
  }),
  keystrokes: fc.array(keystroke, { maxLength: batchLimits.keystrokes }),
  pointer: fc.array(stroke, { maxLength: 8 }),
  activity: fc
    .subarray([...activityKinds])
    .chain((kinds) => fc.tuple(...kinds.map((kind) => within(batchBounds.count).map((count) => ({ kind, count }))))),
});

const codec = createBehaviourBatchCodec();
const [sample] = fc.sample(anyBatch, { numRuns: 1, seed: 11 }) as [BehaviourBatch];

const fullest = fullestBatch();

describe('a behaviour batch in Avro', () => {
  it('comes back as it was, in both framings', () => {
    fc.assert(
      fc.property(anyBatch, (batch) => {
        expect(codec.decode(codec.encode(batch))).toEqual({ ok: true, value: batch });
        expect(codec.decode(codec.encodeConfluent(batch, 6))).toEqual({ ok: true, value: batch });
      }),
      { numRuns: 150, seed: 4 },
    );
  });

  it('fits its limits when it is as full as allowed', () => {
    const items =
      fullest.keystrokes.length +
      fullest.activity.length +
      fullest.pointer.length * (1 + 3 * batchLimits.pointsPerStroke);
    expect(items).toBe(maxBatchItems);
    expect(codec.decode(codec.encode(fullest))).toEqual({ ok: true, value: fullest });
    expect(JSON.stringify(fullest).length).toBeLessThan(maxBatchJsonCharacters);
    expect(behaviourBatchFromJson(JSON.stringify(fullest))).toEqual({ ok: true, value: fullest });
  });

  it('has the bytes that another implementation writes', () => {
    // The body as fastavro 1.13.1 writes it under the same schemas.
    const upToReceipt =
      '0861636d65a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3f2c00180a0' +
      'abfef962b894018aa0abfef962';
    const fromCollector =
      '0864656d6f0a312e302e30000000000000e03f0202d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d400000446aa0100' +
      '000ebe0102ac02021d0002040404081000048b01d804000400020002f001029003000002080600';
    const batch: BehaviourBatch = {
      tenant: 'acme',
      subject: 'a1'.repeat(16),
      device: 'b2'.repeat(16),
      session: 'c3'.repeat(16),
      sequence: 12_345,
      deviceClockMs: 1_700_000_000_000,
      durationMs: 9500,
      receivedAtMs: 1_700_000_000_005,
      handling: 'degraded',
      collector: { name: 'demo', version: '1.0.0', timerResolutionMs: 0.5 },
      context: { inputRoute: 'remote-desktop', network: 'd4'.repeat(16), domain: null, host: null },
      keystrokes: [
        { zonePair: 35, holdMs: 85, pressPressMs: null, releasePressMs: null },
        { zonePair: 7, holdMs: 95, pressPressMs: 150, releasePressMs: -15 },
      ],
      pointer: [
        {
          kind: 'drag',
          device: 'touch',
          dtMs: [4, 8],
          dx: [-70, 300],
          dy: [0, 1],
          pauseMs: 120,
          pressMs: 200,
          stopMs: null,
        },
      ],
      activity: [{ kind: 'application-switches', count: 3 }],
    };
    const [v1, v2] = loadSchema('behaviour-batch').map(({ fingerprint }) => singleObjectHeader(fingerprint));
    const written = (header: Buffer | undefined, ...parts: string[]) =>
      Buffer.concat([header ?? Buffer.alloc(0), Buffer.from(parts.join(''), 'hex')]);
    const bytes = written(v2, upToReceipt, '02', fromCollector);
    expect(codec.encode(batch).toString('hex')).toBe(bytes.toString('hex'));
    expect(codec.decode(bytes)).toEqual({ ok: true, value: batch });
    // Of a version that knew no levels.
    const older = written(v1, upToReceipt, fromCollector);
    expect(codec.decode(older)).toEqual({ ok: true, value: { ...batch, handling: 'full' } });
  });

  it('is refused with a reason, or valid, after any damage', () => {
    fc.assert(
      fc.property(anyBatch, fc.nat(), fc.integer({ min: 0, max: 255 }), (batch, at, byte) => {
        const bytes = codec.encode(batch);
        bytes[10 + (at % (bytes.length - 10))] = byte;
        const decoded = codec.decode(bytes);
        if (decoded.ok) expect(codec.decode(codec.encode(decoded.value))).toEqual(decoded);
        else {
          expect(decodeFailures).toContain(decoded.reason);
          // The scanner refuses first: avsc never meets what it cannot read.
          expect(decoded.detail).not.toMatch(/Avro reader/);
        }
      }),
      { numRuns: 500, seed: 5 },
    );
  });

  it.each<[string, Partial<BehaviourBatch>]>([
    ['sequence is -1: must be 0..9007199254740990', { sequence: -1 }],
    ['durationMs is 0.5: must be a whole number 0..3600000', { durationMs: 0.5 }],
    ['subject is all zero: reserved for the cohort', { subject: '0'.repeat(32) }],
    ['device is not 32 lower-case hexadecimal digits', { device: 'B2'.repeat(16) }],
    ['tenant has 65 characters: at most 64', { tenant: 'x'.repeat(65) }],
    [
      'keystrokes[1].pressPressMs and releasePressMs must both be null or both be numbers',
      {
        keystrokes: [
          { zonePair: 0, holdMs: 90, pressPressMs: null, releasePressMs: null },
          { zonePair: 0, holdMs: 90, pressPressMs: 100, releasePressMs: null },
        ],
      },
    ],
    ['pointer[0].dtMs, dx and dy have 2, 1 and 2 entries: must be equal', { pointer: [{ ...strokeOf(2), dx: [1] }] }],
    ['pointer[0].dtMs has 65 entries: at most 64', { pointer: [strokeOf(65)] }],
    ['pointer[0].dtMs[1] is -4: must be 0..10000', { pointer: [{ ...strokeOf(2), dtMs: [4, -4] }] }],
    ['pointer has 65 entries: at most 64', { pointer: Array.from({ length: 65 }, () => strokeOf(1)) }],
    [
      'activity[1].kind is exports again: at most one entry a kind',
      {
        activity: [
          { kind: 'exports', count: 1 },
          { kind: 'exports', count: 2 },
        ],
      },
    ],
  ])('is never written when %s', (problem, change) => {
    expect(() => codec.encode({ ...sample, ...change })).toThrow(new RangeError(problem));
  });
});

function strokeOf(points: number): PointerStroke {
  const steps = Array<number>(points).fill(4);
  return {
    kind: 'move',
    device: 'mouse',
    dtMs: steps,
    dx: steps,
    dy: steps,
    pauseMs: null,
    pressMs: null,
    stopMs: null,
  };
}

describe('a behaviour batch in JSON', () => {
  const json = (change: object): unknown => ({ ...(JSON.parse(JSON.stringify(sample)) as object), ...change });
  const refusal = (input: unknown) => {
    const decoded = behaviourBatchFromJson(input);
    return decoded.ok ? 'accepted' : `${decoded.reason}: ${decoded.detail}`;
  };

  it('says the same as in Avro', () => {
    fc.assert(
      fc.property(anyBatch, (batch) => {
        expect(behaviourBatchFromJson(JSON.stringify(batch))).toEqual({ ok: true, value: batch });
        expect(behaviourBatchFromJson(JSON.parse(JSON.stringify(batch)))).toEqual({ ok: true, value: batch });
      }),
      { numRuns: 150, seed: 6 },
    );
  });

  it('may leave out what says nothing, and what the gateway stamps', () => {
    const { tenant: _, receivedAtMs: __, handling: ___, ...sent } = sample;
    const { keystrokes: ____, pointer: _____, activity: ______, ...rest } = sent;
    const decoded = behaviourBatchFromJson({ ...rest, context: { inputRoute: 'virtual' } });
    expect(decoded).toEqual({
      ok: true,
      value: {
        ...rest,
        tenant: '',
        receivedAtMs: 0,
        handling: 'full',
        context: { inputRoute: 'virtual', network: null, domain: null, host: null },
        keystrokes: [],
        pointer: [],
        activity: [],
      },
    });
  });

  it('takes pseudonyms in either case', () => {
    expect(behaviourBatchFromJson(json({ device: 'AB'.repeat(16) }))).toMatchObject({
      value: { device: 'ab'.repeat(16) },
    });
  });

  it.each<[string, unknown]>([
    ['empty: the text is empty', ''],
    ['not-json: the text is not JSON', '{"tenant": "acme"'],
    ['malformed: the value is not an object', '[1]'],
    ['malformed: the value is not an object', 'null'],
    ['malformed: the value is not an object', undefined],
    ['too-large: 300000 characters: at most 262144', ' '.repeat(300_000)],
    ['malformed: the value is not an object', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
    ['unknown-field: "password" is not a field', json({ password: 'hunter2' })],
    ['unknown-field: collector."os" is not a field', json({ collector: { ...sample.collector, os: 'x' } })],
    [
      'unknown-field: keystrokes[1]."key" is not a field',
      json({ keystrokes: [keystrokeJson(), { ...keystrokeJson(), key: 'a' }] }),
    ],
    ['malformed: subject is missing', withoutSubject()],
    ['malformed: subject is not 32 hexadecimal digits', json({ subject: 'someone@example.org' })],
    ['malformed: sequence is not a whole number', json({ sequence: '7' })],
    ['malformed: sequence is not a whole number', json({ sequence: 2 ** 60 })],
    [
      'malformed: keystrokes[0].holdMs is not a whole number',
      json({ keystrokes: [{ ...keystrokeJson(), holdMs: 90.5 }] }),
    ],
    [
      'out-of-range: keystrokes[0].holdMs is -5: must be 0..60000',
      json({ keystrokes: [{ ...keystrokeJson(), holdMs: -5 }] }),
    ],
    [
      'malformed: context.inputRoute is none of local, remote-desktop, virtual',
      json({ context: { inputRoute: 'remote_desktop' } }),
    ],
    ['malformed: pointer is not an array', json({ pointer: { length: 5 } })],
    [
      'malformed: collector.timerResolutionMs is not a finite number',
      JSON.stringify(sample).replace(/"timerResolutionMs":[\d.]+/, '"timerResolutionMs":1e999'),
    ],
    [
      `too-many-items: keystrokes has 50000 items: at most ${maxBatchItems} more are allowed`,
      json({ keystrokes: Array(50_000).fill(0) }),
    ],
  ])('is refused as %s', (expected, input) => {
    expect(refusal(input).slice(0, 200)).toBe(expected);
  });

  it('cannot reach a prototype', () => {
    const text = JSON.stringify(sample).replace('{', '{"__proto__":{"polluted":true},');
    expect(refusal(text)).toBe('unknown-field: "__proto__" is not a field');
    expect(refusal(JSON.parse(text))).toBe('unknown-field: "__proto__" is not a field');
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    // A field that only the prototype has is missing.
    expect(refusal(Object.create(sample))).toMatch(/^malformed: subject is missing$/);
  });

  it('is refused or valid, and never throws, whatever is sent', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string(), fc.anything({ maxDepth: 3 })), (input) => {
        expect(behaviourBatchFromJson(input)).toMatchObject({ ok: false, reason: expect.any(String) });
      }),
      { numRuns: 300, seed: 7 },
    );
  });

  function keystrokeJson() {
    return { zonePair: 7, holdMs: 90, pressPressMs: null, releasePressMs: null };
  }

  function withoutSubject(): unknown {
    const { subject: _, ...rest } = sample;
    return rest;
  }
});
