import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Broker } from '../platform/broker/broker.ts';
import { createMemoryBroker } from '../platform/broker/memory-broker.ts';
import { snapshotMarker, snapshotState } from '../platform/stage/snapshot-record.ts';
import { createFindingList } from './finding-list.ts';
import { readSnapshot } from './read-snapshot.ts';

const topic = 'snapshots';
const scope = { stage: 'scorer', topic: 'behaviour', partition: 1 };
let broker: Broker;

beforeEach(async () => {
  broker = createMemoryBroker();
  await broker.createTopics([{ name: topic, partitions: 2, replicationFactor: 1, config: {} }]);
});

const put = (key: string, offset: number, epoch: number, containedOffset = offset) =>
  broker.produce([
    snapshotState(topic, scope, { epoch, containedOffset, state: { key, offset, bytes: Buffer.from(`${offset}`) } }),
  ]);
const mark = (appliedOffset: number, epoch: number) =>
  broker.produce([snapshotMarker(topic, scope, { epoch, appliedOffset, timestampMs: 0, states: 1 })]);

async function found(lowOffset: number, highOffset = 1_000) {
  const findings = createFindingList(10);
  const read = await readSnapshot({ broker, topic, scope, lowOffset, highOffset, findings, signal: undefined });
  const states = Object.fromEntries([...(read?.states ?? [])].map(({ key, offset }) => [key, offset]));
  return read && { throughOffset: read.throughOffset, states };
}

describe('what the replay goes on from', () => {
  it('is the oldest snapshot that reaches to what is left, and none that ends before or behind the log', async () => {
    await put('a', 10, 1);
    await mark(20, 1);
    await put('a', 30, 1);
    await put('b', 35, 1);
    await mark(40, 1);
    await put('a', 50, 1);
    await mark(60, 1);
    expect(await found(21)).toEqual({ throughOffset: 20, states: { a: 10, b: 35 } });
    expect(await found(22)).toEqual({ throughOffset: 40, states: { a: 30, b: 35 } });
    expect(await found(62)).toBeUndefined();
    expect(await found(42, 60)).toBeUndefined();
  });

  it('takes the newest state of a key, also where an older page came late', async () => {
    await put('a', 30, 2);
    await put('a', 10, 1);
    await mark(40, 2);
    expect(await found(30)).toEqual({ throughOffset: 40, states: { a: 30 } });
  });

  it('goes on earlier where compaction has left only an older state than the marker speaks of', async () => {
    await put('b', 35, 2);
    await put('a', 10, 1, 25);
    await mark(40, 2);
    expect(await found(26)).toEqual({ throughOffset: 25, states: { a: 10, b: 35 } });
    expect(await found(27)).toBeUndefined();
  });
});
