import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ConsumedRecord, OutgoingRecord } from '../broker/broker.ts';
import type { StateScope } from '../store/state-store.ts';
import { readSnapshotRecord, snapshotMarker, snapshotState } from './snapshot-record.ts';

const scope: StateScope = { stage: 'scorer', topic: 'gaitkeeper.behaviour.v1', partition: 3 };
const asRead = ({ key, value, partition }: OutgoingRecord): ConsumedRecord => ({
  ...{ topic: 'snapshots', partition: partition ?? -1, offset: 0, timestampMs: 0, headers: {} },
  key,
  value,
});
const walkedPast = (key: string, offset: number, text: string) => ({
  ...{ epoch: 9, containedOffset: offset },
  state: { key, offset, bytes: Buffer.from(text) },
});
const offsets = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });

describe('a record of the snapshot topic', () => {
  it('gives back any state under any key, in the partition of its input', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 60 }),
        fc.tuple(offsets, offsets, offsets),
        fc.uint8Array({ maxLength: 500 }),
        (key, [offset, epoch, containedOffset], bytes) => {
          const walked = { epoch, containedOffset, state: { key, offset, bytes: Buffer.from(bytes) } };
          const record = asRead(snapshotState('snapshots', scope, walked));
          expect(record.partition).toBe(3);
          expect(readSnapshotRecord(record, scope)).toEqual({ kind: 'state', ...walked });
        },
      ),
      { seed: 1 },
    );
  });

  it('gives back any marker, and never takes a state for one', () => {
    fc.assert(
      fc.property(offsets, offsets, offsets, offsets, (epoch, appliedOffset, timestampMs, states) => {
        const marker = { epoch, appliedOffset, timestampMs, states };
        const record = asRead(snapshotMarker('snapshots', scope, marker));
        expect(readSnapshotRecord(record, scope)).toEqual({ kind: 'marker', marker });
      }),
      { seed: 2 },
    );
    const nameless = asRead(snapshotState('snapshots', scope, walkedPast('', 0, '')));
    expect(readSnapshotRecord(nameless, scope)).toMatchObject({ kind: 'state', state: { key: '' } });
  });

  it('says nothing to another stage or another input topic, nor do tombstones', () => {
    const state = asRead(snapshotState('snapshots', scope, walkedPast('a', 0, 'x')));
    for (const other of [
      { ...scope, stage: 'score' },
      { ...scope, topic: 'gaitkeeper.behaviour' },
      { ...scope, stage: 'alerting' },
    ]) {
      expect(readSnapshotRecord(state, other)).toEqual({ kind: 'none' });
    }
    expect(readSnapshotRecord({ ...state, value: null }, scope)).toEqual({ kind: 'none' });
  });

  it('is unreadable with any bit of the state changed, any cut and any foreign bytes, and never throws', () => {
    const record = asRead(snapshotState('snapshots', scope, walkedPast('a', 7, 'the state')));
    const value = record.value as Buffer;
    const body = 1 + 8 + 20;
    for (let bit = body * 8; bit < value.length * 8; bit++) {
      const bad = Buffer.from(value);
      bad.writeUInt8(bad.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      expect(readSnapshotRecord({ ...record, value: bad }, scope).kind).toBe('unreadable');
    }
    for (let length = 0; length < value.length; length++) {
      expect(readSnapshotRecord({ ...record, value: value.subarray(0, length) }, scope).kind).toBe('unreadable');
    }
    const marker = asRead(
      snapshotMarker('snapshots', scope, { epoch: 4, appliedOffset: 1, timestampMs: 2, states: 3 }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), fc.boolean(), (bytes, isTagged) => {
        const found = Buffer.from(bytes);
        const given = isTagged ? Buffer.concat([Buffer.of(4), found]) : found;
        expect(['unreadable', 'marker']).toContain(readSnapshotRecord({ ...marker, value: given }, scope).kind);
      }),
      { seed: 3 },
    );
    const negative = Buffer.concat([
      Buffer.of(4),
      Buffer.from('{"epoch":1,"appliedOffset":-1,"timestampMs":0,"states":0}'),
    ]);
    expect(readSnapshotRecord({ ...marker, value: negative }, scope).kind).toBe('unreadable');
  });
});
