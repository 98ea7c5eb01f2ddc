import { describe, expect, it } from '@jest/globals';
import { currentCatalogue } from '../detection/features/catalogue.ts';
import type { Decision, UndecidedReason, Verdict } from '../detection/words/verdict.ts';
import type { ConsumedRecord, ReadOptions } from '../platform/broker/broker.ts';
import { createVerdictCodec } from '../schemas/verdict.ts';
import { maxRowsPerModel } from './trainer.ts';
import { readVerdictHistory } from './verdict-history.ts';

const codec = createVerdictCodec();
const catalogue = currentCatalogue('keystrokes');
const vector = (value: number) => new Array<number>(catalogue.features.length).fill(value);
const hex = (digit: string) => digit.repeat(32);

function verdict(offset: number, change: Partial<Verdict> = {}): Verdict {
  return {
    verdictId: offset.toString(16).padStart(32, '0'),
    tenant: 'acme',
    subject: hex('a'),
    device: hex('d'),
    session: hex('1'),
    sequence: offset,
    source: { topic: 'behaviour', partition: 0, offset },
    receivedAtMs: 1_790_000_000_000 + offset,
    keystrokes: 25,
    strokes: 0,
    inputRoute: 'local',
    host: null,
    degraded: false,
    decision: 'genuine',
    reason: 'none',
    risk: 1,
    evidence: [],
    modalities: [
      {
        modality: 'keystrokes',
        catalogueVersion: catalogue.version,
        windowSamples: 50,
        score: 0.5,
        percentile: 50,
        vector: vector(offset),
        contributions: [],
      },
    ],
    templateKind: 'none',
    templateVersion: '',
    templateTrainedAtMs: 0,
    templateSamples: 0,
    rulings: [],
    ...change,
  };
}

function history(verdicts: readonly (Verdict | Buffer)[], tenant?: string) {
  const records = verdicts.map(
    (each, offset): ConsumedRecord => ({
      topic: 'verdicts',
      partition: 0,
      offset,
      key: null,
      value: Buffer.isBuffer(each) ? each : codec.encode(each),
      headers: {},
      timestampMs: 0,
    }),
  );
  const broker = {
    async *read({ topic, from, until }: ReadOptions) {
      expect({ topic, from, until }).toEqual({ topic: 'verdicts', from: 'earliest', until: 'end' });
      yield* records;
    },
  };
  return readVerdictHistory({ broker, topic: 'verdicts', codec, ...(tenant !== undefined && { tenant }) });
}

const decided = (offset: number, decision: Decision, reason: UndecidedReason = 'none') =>
  verdict(offset, { decision, reason });

describe('verdict history as training rows', () => {
  it('keeps the vectors of genuine windows and of those that nothing could judge yet, in order', async () => {
    const { tenants, verdicts, rows } = await history([
      decided(1, 'undecided', 'enrolling'),
      decided(2, 'undecided', 'insufficient-evidence'),
      decided(3, 'genuine'),
    ]);
    const [subject] = tenants.get('acme') ?? [];
    expect(subject?.subject).toBe(hex('a'));
    expect(subject?.rows.keystrokes?.map((row) => row.vector[0])).toEqual([1, 2, 3]);
    expect({ verdicts, rows }).toEqual({ verdicts: 3, rows: 3 });
  });

  it('never learns from what was flagged, and counts everything that it leaves out', async () => {
    const [judgement] = verdict(0).modalities;
    const { rows, omitted } = await history([
      decided(1, 'suspicious'),
      decided(2, 'impostor'),
      decided(3, 'machine'),
      decided(4, 'undecided', 'shed'),
      decided(5, 'undecided', 'template-unavailable'),
      Buffer.from('no verdict'),
      verdict(6, { modalities: [{ ...judgement!, catalogueVersion: 99 }] }),
      verdict(7, { modalities: [{ ...judgement!, vector: [] }] }),
    ]);
    expect(rows).toBe(0);
    expect(omitted).toEqual({ undecodable: 1, duplicate: 0, flagged: 3, undecided: 2, 'other-catalogue': 1, older: 0 });
  });

  it('counts a verdict that was produced twice once', async () => {
    const { rows, omitted } = await history([verdict(1), verdict(2), verdict(1), verdict(2), verdict(3)]);
    expect({ rows, duplicates: omitted.duplicate }).toEqual({ rows: 3, duplicates: 2 });
  });

  it('keeps the newest windows of a subject, however long the history', async () => {
    const total = 3 * maxRowsPerModel + 7;
    const { tenants, rows, omitted } = await history(Array.from({ length: total }, (_, i) => verdict(i)));
    const kept = tenants.get('acme')?.[0]?.rows.keystrokes ?? [];
    expect(kept).toHaveLength(maxRowsPerModel);
    expect(kept.at(-1)?.vector[0]).toBe(total - 1);
    expect(kept[0]?.vector[0]).toBe(total - maxRowsPerModel);
    expect(rows + omitted.older).toBe(total);
  });

  it('keeps tenants and subjects apart, and numbers sessions as they appear', async () => {
    const verdicts = [
      verdict(1, { session: hex('5') }),
      verdict(2, { session: hex('4') }),
      verdict(3, { session: hex('5') }),
      verdict(4, { subject: hex('b') }),
      verdict(5, { tenant: 'other' }),
    ];
    const { tenants } = await history(verdicts);
    expect([...tenants.keys()]).toEqual(['acme', 'other']);
    expect(tenants.get('acme')?.map(({ subject }) => subject)).toEqual([hex('a'), hex('b')]);
    expect(tenants.get('acme')?.[0]?.rows.keystrokes?.map(({ session }) => session)).toEqual([0, 1, 0]);
    expect([...(await history(verdicts, 'other')).tenants.keys()]).toEqual(['other']);
  });
});
