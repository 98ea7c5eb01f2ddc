import { describe, expect, it } from '@jest/globals';
import { createMemoryBroker } from '../broker/memory-broker.ts';
import { createManualClock } from '../clock.ts';
import { createLogger } from '../log.ts';
import { createMetrics } from '../metrics.ts';
import { MemoryStateStore } from '../store/memory-state-store.ts';
import { createPartitionOwner, type PartitionOwner } from './partition-owner.ts';
import { readSnapshotRecord } from './snapshot-record.ts';
import { createSnapshotRounds, roundsPerInterval } from './snapshot-rounds.ts';
import { createSnapshotWriter } from './snapshot-writer.ts';
import { createStageMetrics } from './stage-metrics.ts';
import { StateCache } from './state-cache.ts';

const minuteMs = 60_000;
const intervalMs = 15 * minuteMs;
const topic = 'snapshots';
const scope = { stage: 'counting', topic: 'in' };

/** Owners of some partitions on a real store, whose ownerships end when the test says so, and the rounds beside them. */
async function createRoundsUnderTest(partitions: number) {
  const clock = createManualClock(1_000_000);
  const broker = createMemoryBroker({ now: () => clock.nowMs() });
  await broker.connect();
  await broker.createTopics([{ name: topic, partitions, replicationFactor: 1, config: {} }]);
  const store = new MemoryStateStore();
  const registry = createMetrics();
  const metrics = createStageMetrics(registry, scope.stage);
  const log = createLogger({ name: 'test', level: 'silent', format: 'json' });
  const cache = new StateCache<string>({ maxStates: 10, maxBytes: 1_000 });
  const owners: PartitionOwner<string>[] = Array.from({ length: partitions }, (_, partition) =>
    createPartitionOwner<string>(partition, 1),
  );
  let offset = 0;

  return {
    clock,
    owners,
    registry,
    rounds: createSnapshotRounds<string>({
      write: createSnapshotWriter({ scope, topic, broker, store, log, metrics }),
      ...{ intervalMs, clock, metrics },
      owners: () => owners,
      goesOn: () => true,
      isCut: () => false,
    }),
    /** As after a rest, a fence or a rebalance: the states of the ownership before are forgotten, its epoch is over. */
    async takeOver(owner: PartitionOwner<string>) {
      const { epoch } = await store.acquire({ ...scope, partition: owner.partition });
      owner.ownership = { epoch, states: cache.open(), snapshot: { containedOffset: -1, markerPosition: -1 } };
    },
    async work({ ownership, partition }: PartitionOwner<string>) {
      offset += 1;
      const state = { key: 'a', offset, bytes: Buffer.from(`${offset}`) };
      await store.apply({ ...scope, partition }, ownership?.epoch ?? 0, [state], offset);
    },
    async markerTimes(partition: number) {
      const times: number[] = [];
      for await (const record of broker.read({ topic, partition, from: 'earliest', until: 'end' })) {
        if (readSnapshotRecord(record, { ...scope, partition }).kind === 'marker') times.push(record.timestampMs);
      }
      return times;
    },
  };
}

describe('rounds of snapshots', () => {
  it('write each partition every interval, although its ownership ends more often than that', async () => {
    const test = await createRoundsUnderTest(3);
    const { clock, owners, rounds } = test;
    const startMs = clock.nowMs();
    for (let minute = 0; minute <= 120; minute += 1.25) {
      if (minute % 10 === 0) for (const owner of owners) await test.takeOver(owner);
      for (const owner of owners) await test.work(owner);
      if ((minute * roundsPerInterval) % 15 === 0) await rounds.writeDue();
      clock.advance(1.25 * minuteMs);
    }
    for (const { partition } of owners) {
      const minutes = (await test.markerTimes(partition)).map((timeMs) => (timeMs - startMs) / minuteMs);
      const gaps = minutes.map((minute, i) => minute - (minutes[i - 1] ?? 0));
      expect(gaps[0]).toBeLessThanOrEqual(7.5); // part-way: nobody knows when the partition had its last one
      expect(gaps.slice(1)).toEqual(gaps.slice(1).map(() => 15));
      expect(minutes.length).toBeGreaterThanOrEqual(8);
    }
  });

  it('try again in the next round what could not be written, and tell how old the snapshot before is', async () => {
    const test = await createRoundsUnderTest(1);
    const { clock, rounds, owners, registry } = test;
    const [owner] = owners as [PartitionOwner<string>];
    const age = async () => /snapshot_age_seconds\{.*\} (\d+)/.exec(await registry.exposition())?.[1];
    await test.takeOver(owner);
    await test.work(owner);
    await rounds.writeDue();
    expect(await age()).toBe('0');
    const { ownership } = owner;
    owner.ownership = undefined; // it rests whenever a round comes by
    for (let round = 0; round < 6; round++) {
      clock.advance(intervalMs / roundsPerInterval);
      await rounds.writeDue();
    }
    expect(await age()).toBe('1350');
    owner.ownership = ownership;
    clock.advance(minuteMs);
    rounds.tellAges();
    expect(await age()).toBe('1410');
    await rounds.writeDue();
    expect(await age()).toBe('0');
  });

  it('begin anew with a partition that was elsewhere for long', async () => {
    const test = await createRoundsUnderTest(2);
    const { clock, rounds, owners } = test;
    const [first, second] = owners as [PartitionOwner<string>, PartitionOwner<string>];
    for (const owner of owners) await test.takeOver(owner);
    for (let round = 0; round < 3; round++) {
      for (const owner of owners) await test.work(owner);
      await rounds.writeDue();
      clock.advance(intervalMs / roundsPerInterval);
    }
    const written = (await test.markerTimes(1)).length;
    owners.splice(1);
    clock.advance(4 * intervalMs);
    await test.work(first);
    await rounds.writeDue();
    owners.push(second);
    await test.takeOver(second);
    await test.work(second);
    await rounds.writeDue();
    expect(await test.markerTimes(1)).toHaveLength(written);
    clock.advance(intervalMs / 2);
    await rounds.writeDue();
    expect(await test.markerTimes(1)).toHaveLength(written + 1);
  });
});
