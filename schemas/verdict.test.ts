import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { inputRoutes } from '../detection/words/behaviour.ts';
import {
  decisions,
  evidenceClocks,
  modalities,
  rulingWords,
  templateKinds,
  undecidedReasons,
  type Verdict,
} from '../detection/words/verdict.ts';
import { createCodec } from './codec.ts';
import { loadSchema, type SchemaVersion, schemaVersion } from './stored-schemas.ts';
import { createVerdictCodec, problemOfVerdict, verdictLimits } from './verdict.ts';

const pseudonym = fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => Buffer.from(bytes).toString('hex'));
const finite = fc.double({ noNaN: true, noDefaultInfinity: true });
const percent = fc.double({ min: 0, max: 100, noNaN: true });
const count = fc.integer({ min: 0, max: 1000 });

const conclusion = fc.constantFrom(
  ...decisions.flatMap((decision) =>
    undecidedReasons
      .filter((reason) => (reason === 'none') !== (decision === 'undecided'))
      .map((reason) => ({ decision, reason })),
  ),
);

const unconcluded = fc.record({
  verdictId: pseudonym,
  tenant: fc.constantFrom('acme', 'example'),
  subject: pseudonym,
  device: pseudonym,
  session: pseudonym,
  sequence: fc.nat(),
  source: fc.record({ topic: fc.constant('gaitkeeper.behaviour.v1'), partition: count, offset: fc.nat() }),
  receivedAtMs: fc.integer({ min: 0, max: 4_000_000_000_000 }),
  keystrokes: count,
  strokes: count,
  inputRoute: fc.constantFrom(...inputRoutes),
  host: fc.option(pseudonym, { nil: null }),
  degraded: fc.boolean(),
  risk: percent,
  evidence: fc.array(fc.record({ clock: fc.constantFrom(...evidenceClocks), value: finite, threshold: finite }), {
    maxLength: 4,
  }),
  modalities: fc.array(
    fc.record({
      modality: fc.constantFrom(...modalities),
      catalogueVersion: count,
      windowSamples: count,
      score: fc.option(finite, { nil: null }),
      percentile: fc.option(percent, { nil: null }),
      vector: fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { maxLength: 80 }),
      contributions: fc.array(
        fc.record({
          feature: fc.constantFrom('hold-left-mean', 'flight-space-median'),
          observed: finite,
          typical: finite,
          unit: fc.constantFrom('ms', 'px/ms', '°'),
          direction: fc.constantFrom('high' as const, 'low' as const),
          share: fc.double({ min: 0, max: 1, noNaN: true }),
        }),
        { maxLength: 5 },
      ),
    }),
    { maxLength: 5 },
  ),
  templateKind: fc.constantFrom(...templateKinds),
  templateVersion: fc.constantFrom('', 'ab'.repeat(32)),
  templateTrainedAtMs: fc.integer({ min: 0, max: 4_000_000_000_000 }),
  templateSamples: fc.nat(),
  rulings: fc.array(fc.record({ incidentId: pseudonym, ruling: fc.constantFrom(...rulingWords) }), { maxLength: 8 }),
});
const anyVerdict: fc.Arbitrary<Verdict> = fc
  .tuple(unconcluded, conclusion)
  .map(([verdict, concluded]) => ({ ...verdict, ...concluded }));

const codec = createVerdictCodec();
const [sample] = fc.sample(anyVerdict, { numRuns: 1, seed: 21 }) as [Verdict];

describe('a verdict', () => {
  it('comes back as it was, in every word and float32 number', () => {
    fc.assert(
      fc.property(anyVerdict, (verdict) => {
        expect(codec.decode(codec.encode(verdict))).toEqual({ ok: true, value: verdict });
        expect(codec.decode(codec.encodeConfluent(verdict, 7))).toEqual({ ok: true, value: verdict });
      }),
      { numRuns: 200, seed: 8 },
    );
  });

  it('has the same bytes every time', () => {
    fc.assert(
      fc.property(anyVerdict, (verdict) => {
        expect(codec.encode(structuredClone(verdict)).equals(createVerdictCodec().encode(verdict))).toBe(true);
      }),
      { numRuns: 10, seed: 9 },
    );
  });

  const judgement = {
    modality: 'keystrokes',
    catalogueVersion: 1,
    windowSamples: 50,
    score: 1,
    percentile: 50,
  } as const;
  it.each<[string, Partial<Verdict>]>([
    ['risk is NaN: must be 0..100', { risk: Number.NaN }],
    ['risk is 101: must be 0..100', { risk: 101 }],
    [
      'modalities[0].vector[1] is Infinity: must be -3.4028234663852886e+38..3.4028234663852886e+38',
      { modalities: [{ ...judgement, vector: [0, Number.POSITIVE_INFINITY], contributions: [] }] },
    ],
    [
      'modalities[0].vector[0] is 1e+39: must be -3.4028234663852886e+38..3.4028234663852886e+38',
      { modalities: [{ ...judgement, vector: [1e39], contributions: [] }] },
    ],
    [
      `modalities[0].vector has 1025 entries: at most ${verdictLimits.vector}`,
      { modalities: [{ ...judgement, vector: Array<number>(1025).fill(0), contributions: [] }] },
    ],
    [
      'modalities[0].contributions[0].share is 1.5: must be -0.000001..1.000001',
      {
        modalities: [
          {
            ...judgement,
            vector: [],
            contributions: [{ feature: 'f', observed: 1, typical: 1, unit: 'ms', direction: 'high', share: 1.5 }],
          },
        ],
      },
    ],
    [
      'reason is shed and decision genuine: a reason goes with undecided, and only with it',
      { decision: 'genuine', reason: 'shed' },
    ],
    [
      'reason is none and decision undecided: a reason goes with undecided, and only with it',
      { decision: 'undecided', reason: 'none' },
    ],
    ['templateVersion is not 64 lower-case hexadecimal digits', { templateVersion: 'v7' }],
    ['source.offset is -1: must be 0..9007199254740990', { source: { topic: 't', partition: 0, offset: -1 } }],
  ])('is never written when %s', (problem, change) => {
    expect(() => codec.encode({ ...sample, ...change })).toThrow(new RangeError(problem));
  });

  it('of a newer writer is set aside where its decision is unknown, and never taken for a window without news', () => {
    const current = loadSchema('verdict').at(-1) as SchemaVersion;
    const json = JSON.parse(
      JSON.stringify(current.json).replace('"machine","undecided"', '"machine","undecided","takeover"'),
    );
    const next = schemaVersion('verdict', 'next', json);
    const codecOf = <T>(versions: SchemaVersion[], problemOf: (value: T) => string | undefined) =>
      createCodec<T>({ versions, confluentIds: {}, maxBytes: 65_536, limits: { maxItems: 4096 }, problemOf });
    const newer = codecOf<object>([current, next], () => undefined);
    const older = codecOf<Verdict>([next, current], problemOfVerdict);
    const known = { ...sample, decision: 'impostor', reason: 'none' };
    expect(older.decode(newer.encode(known))).toEqual({ ok: true, value: known });
    expect(older.decode(newer.encode({ ...known, decision: 'takeover' }))).toEqual({
      ok: false,
      reason: 'out-of-range',
      detail: 'reason is none and decision undecided: a reason goes with undecided, and only with it',
    });
  });
});
