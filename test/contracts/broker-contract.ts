import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  type BatchHandler,
  type Broker,
  BrokerUnavailable,
  type ConsumedRecord,
  type Consumption,
  type OutgoingRecord,
} from '../../platform/broker/broker.ts';
import { partitionOfKey } from '../../platform/broker/partition-chooser.ts';
import { eventually } from './eventually.ts';

const partitions = 4;
const sessionTimeoutMs = 6_000;

const text = (bytes: Buffer | null): string | null => (bytes === null ? null : bytes.toString());

/** Resolves when its `open` has been called. */
function gate(): { passed: Promise<void>; open: () => void } {
  let open = (): void => undefined;
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { passed, open };
}

/** Takes up every record and says done. */
function collect(into: ConsumedRecord[]): BatchHandler {
  return async ({ records }) => {
    into.push(...records);
    return { kind: 'done', nextOffset: (records.at(-1)?.offset ?? 0) + 1 };
  };
}

async function readAll(broker: Broker, topic: string): Promise<ConsumedRecord[]> {
  const found: ConsumedRecord[] = [];
  for await (const record of broker.read({ topic, from: 'earliest', until: 'end' })) found.push(record);
  return found;
}

/** What every {@link Broker} promises. `createBroker` makes one that is not connected yet. */
export function brokerContract(createBroker: () => Broker): void {
  let broker: Broker;
  const members: Consumption[] = [];

  beforeAll(async () => {
    broker = createBroker();
    await broker.connect();
  });
  afterAll(async () => {
    await broker.close();
  });

  const createTopic = async (count = partitions): Promise<string> => {
    const name = `contract.${randomUUID()}`;
    await broker.createTopics([
      { name, partitions: count, replicationFactor: 1, config: { 'retention.ms': '3600000' } },
    ]);
    return name;
  };
  const join = async (topic: string, group: string, handler: BatchHandler, more = {}): Promise<Consumption> => {
    const member = await broker.consume({ group, topic, sessionTimeoutMs, ...more }, handler);
    members.push(member);
    return member;
  };
  const leaveAll = async (): Promise<void> => {
    await Promise.all(members.splice(0).map((member) => member.close()));
  };
  const numbered = (topic: string, key: string, count: number): OutgoingRecord[] =>
    Array.from({ length: count }, (_, index) => ({
      topic,
      key: Buffer.from(key),
      value: Buffer.from(`${key} ${index}`),
    }));
  const committed = async (group: string, topic: string): Promise<number> =>
    (await broker.committedOffsets(group, topic)).reduce((sum, { offset }) => sum + Math.max(0, offset), 0);

  describe('producing', () => {
    it('keeps the order of a key, whoever else produces', async () => {
      const topic = await createTopic();
      await Promise.all(['ann', 'ben', 'cleo', 'dan'].map((key) => broker.produce(numbered(topic, key, 700))));
      const found = await readAll(broker, topic);
      expect(found).toHaveLength(2800);
      for (const key of ['ann', 'ben', 'cleo', 'dan']) {
        const values = found.filter((record) => text(record.key) === key).map((record) => text(record.value));
        expect(values).toEqual(Array.from({ length: 700 }, (_, index) => `${key} ${index}`));
      }
    });

    it('keeps the order of calls that do not wait for each other', async () => {
      const topic = await createTopic(1);
      const calls = numbered(topic, 'ann', 50).map((record) => broker.produce([record]));
      const positions = (await Promise.all(calls)).flat();
      expect(positions.map(({ offset }) => offset)).toEqual(Array.from({ length: 50 }, (_, index) => index));
      const values = (await readAll(broker, topic)).map((record) => text(record.value));
      expect(values).toEqual(Array.from({ length: 50 }, (_, index) => `ann ${index}`));
    });

    it('tells where each record stands, in the order given', async () => {
      const topic = await createTopic();
      const other = await createTopic();
      const records = ['ann', 'ben', 'ann', 'cleo', 'ann'].map((key, index) => ({
        topic: index === 3 ? other : topic,
        key: Buffer.from(key),
        value: Buffer.from(`${index}`),
      }));
      const positions = await broker.produce(records);
      const found = [...(await readAll(broker, topic)), ...(await readAll(broker, other))];
      positions.forEach((position, index) => {
        const at = found.find(
          (record) =>
            record.topic === position.topic &&
            record.partition === position.partition &&
            record.offset === position.offset,
        );
        expect(text(at?.value ?? null)).toBe(`${index}`);
      });
    });

    it('puts a key where murmur2 says, so that every client agrees', async () => {
      const topic = await createTopic(24);
      const keys = Array.from({ length: 200 }, () => randomUUID().replaceAll('-', ''));
      const positions = await broker.produce(
        keys.map((key) => ({ topic, key: Buffer.from(key), value: Buffer.alloc(1) })),
      );
      expect(positions.map(({ partition }) => partition)).toEqual(
        keys.map((key) => partitionOfKey(Buffer.from(key), 24)),
      );
    });

    it('carries headers, tombstones, empty values, a named partition and the time', async () => {
      const topic = await createTopic();
      const before = Date.now();
      await broker.produce([
        { topic, key: Buffer.from('k'), value: null, headers: { why: 'erased', é: 'ü' }, partition: 3 },
        { topic, key: null, value: Buffer.alloc(0), partition: 3 },
      ]);
      const [tombstone, empty] = await readAll(broker, topic);
      expect(tombstone).toMatchObject({
        topic,
        partition: 3,
        offset: 0,
        value: null,
        headers: { why: 'erased', é: 'ü' },
      });
      expect(text(tombstone?.key ?? null)).toBe('k');
      expect(empty).toMatchObject({ partition: 3, offset: 1, key: null, headers: {} });
      expect(empty?.value).toHaveLength(0);
      expect(tombstone?.timestampMs).toBeGreaterThanOrEqual(before - 1000);
      expect(tombstone?.timestampMs).toBeLessThanOrEqual(Date.now() + 1000);
    });

    it('refuses a topic that does not exist and says how to create it', async () => {
      const topic = `contract.missing.${randomUUID()}`;
      const refused = broker.produce([{ topic, key: null, value: Buffer.alloc(1) }]);
      await expect(refused).rejects.toThrow(BrokerUnavailable);
      await expect(refused).rejects.toThrow(new RegExp(`${topic} does not exist.*topics apply`));
    });

    it('fails nobody else when one caller names a partition that is not there', async () => {
      const topic = await createTopic();
      const [wrong, right] = await Promise.allSettled([
        broker.produce([{ topic, key: null, value: Buffer.from('wrong'), partition: partitions }]),
        broker.produce([{ topic, key: null, value: Buffer.from('right') }]),
      ]);
      expect(wrong.status).toBe('rejected');
      expect(right.status).toBe('fulfilled');
      expect((await readAll(broker, topic)).map((record) => text(record.value))).toEqual(['right']);
    });

    it('takes more bytes of one key at once than a broker takes in one record batch', async () => {
      const topic = await createTopic();
      const value = Buffer.alloc(4_000, 'x');
      const positions = await broker.produce(
        Array.from({ length: 1_000 }, () => ({ topic, key: Buffer.from('ann'), value })),
      );
      expect(positions.map(({ offset }) => offset)).toEqual(Array.from({ length: 1_000 }, (_, index) => index));
    });

    it('has nothing to do for no records', async () => {
      await expect(broker.produce([])).resolves.toEqual([]);
    });
  });

  describe('consuming', () => {
    it('hands over consecutive records of one partition, at most the number asked for, and commits them', async () => {
      const topic = await createTopic();
      const group = randomUUID();
      await Promise.all(['ann', 'ben', 'cleo'].map((key) => broker.produce(numbered(topic, key, 300))));
      const sizes: number[] = [];
      const found: ConsumedRecord[] = [];
      const faults: string[] = [];
      await join(
        topic,
        group,
        async (batch) => {
          sizes.push(batch.records.length);
          found.push(...batch.records);
          batch.records.forEach((record, index) => {
            if (record.partition !== batch.partition) faults.push('a record of another partition');
            if (record.offset !== (batch.records[0]?.offset ?? 0) + index) faults.push('a gap');
          });
          const last = batch.records.at(-1);
          if (last === undefined || batch.highWatermark <= last.offset)
            faults.push('a watermark below the last record');
          await batch.heartbeat();
          return { kind: 'done', nextOffset: (last?.offset ?? 0) + 1 };
        },
        { maxRecordsPerBatch: 100 },
      );
      await eventually('every record is handled', () => found.length >= 900);
      await leaveAll();
      expect(faults).toEqual([]);
      expect(found).toHaveLength(900);
      expect(Math.max(...sizes)).toBeLessThanOrEqual(100);
      expect(await committed(group, topic)).toBe(900);
    });

    it('goes on where the group has committed, and another group begins at the oldest', async () => {
      const topic = await createTopic();
      const group = randomUUID();
      await broker.produce(numbered(topic, 'ann', 10));
      const first: ConsumedRecord[] = [];
      await join(topic, group, collect(first));
      await eventually('the first ten', () => first.length === 10);
      await leaveAll();
      await broker.produce(numbered(topic, 'ben', 5));
      const second: ConsumedRecord[] = [];
      const other: ConsumedRecord[] = [];
      await join(topic, group, collect(second));
      await join(topic, randomUUID(), collect(other));
      await eventually('the next five', () => second.length >= 5 && other.length >= 15);
      await leaveAll();
      expect(second.map((record) => text(record.key))).toEqual(Array.from({ length: 5 }, () => 'ben'));
      expect(other).toHaveLength(15);
    });

    it('hands the same records over again, under a new assignment, when the handler fails', async () => {
      const topic = await createTopic(1);
      const group = randomUUID();
      await broker.produce(numbered(topic, 'ann', 20));
      const calls: { first: number; assignment: number }[] = [];
      let failures = 2;
      const member = await join(
        topic,
        group,
        async ({ records, assignment }) => {
          calls.push({ first: records[0]?.offset ?? -1, assignment });
          if ((records[0]?.offset ?? 0) >= 10 && failures > 0) {
            failures -= 1;
            throw new Error('a defect');
          }
          return { kind: 'done', nextOffset: (records.at(-1)?.offset ?? 0) + 1 };
        },
        { maxRecordsPerBatch: 10 },
      );
      await eventually('both batches are done', async () => (await committed(group, topic)) === 20);
      expect(member.health().lastError).toBe('a defect');
      await leaveAll();
      expect(calls.map(({ first }) => first)).toEqual([0, 10, 10, 10]);
      const [, failed, again, last] = calls.map(({ assignment }) => assignment);
      expect(again).toBeGreaterThan(failed ?? 0);
      expect(last).toBeGreaterThan(again ?? 0);
    });

    it('commits nothing for a handler that never finishes a batch', async () => {
      const topic = await createTopic(1);
      const group = randomUUID();
      await broker.produce(numbered(topic, 'ann', 3));
      let calls = 0;
      await join(topic, group, async () => {
        calls += 1;
        throw new Error('a defect');
      });
      await eventually('two tries', () => calls >= 2);
      await leaveAll();
      expect(await broker.committedOffsets(group, topic)).toEqual([{ partition: 0, offset: -1 }]);
    });

    it('commits only what is done, and reads on from there', async () => {
      const topic = await createTopic(1);
      const group = randomUUID();
      await broker.produce(numbered(topic, 'ann', 10));
      const firsts: number[] = [];
      await join(topic, group, async ({ records }) => {
        firsts.push(records[0]?.offset ?? -1);
        return { kind: 'done', nextOffset: Math.min((records[0]?.offset ?? 0) + 4, 10) };
      });
      await eventually('all is committed', async () => (await committed(group, topic)) === 10);
      await leaveAll();
      expect(firsts).toEqual([0, 4, 8]);
    });

    it('seeks back and forth without committing', async () => {
      const topic = await createTopic(1);
      const group = randomUUID();
      await broker.produce(numbered(topic, 'ann', 10));
      const firsts: number[] = [];
      const seeks = [7, 2];
      await join(topic, group, async ({ records }) => {
        firsts.push(records[0]?.offset ?? -1);
        const offset = seeks.shift();
        if (offset !== undefined) return { kind: 'seek', offset };
        return { kind: 'pause', offset: 0, resumeAfterMs: 60_000, reason: 'the test has seen enough' };
      });
      await eventually('three calls', () => firsts.length === 3);
      await leaveAll();
      expect(firsts).toEqual([0, 7, 2]);
      expect(await broker.committedOffsets(group, topic)).toEqual([{ partition: 0, offset: -1 }]);
    });

    it('reads a partition again that nobody is at work on, from where it is told to', async () => {
      const topic = await createTopic(1);
      const group = randomUUID();
      await broker.produce(numbered(topic, 'ann', 5));
      const found: number[] = [];
      const assignments = new Set<number>();
      const member = await join(topic, group, async ({ records, assignment }) => {
        found.push(...records.map(({ offset }) => offset));
        assignments.add(assignment);
        return { kind: 'done', nextOffset: (records.at(-1)?.offset ?? 0) + 1 };
      });
      await eventually('all is read', () => found.length === 5);
      await eventually('it was read again', () => {
        if (found.length === 5) member.reread(0, 3);
        return found.length >= 7;
      });
      member.reread(1, 0);
      await leaveAll();
      expect(found.slice(0, 7)).toEqual([0, 1, 2, 3, 4, 3, 4]);
      expect(assignments.size).toBe(1);
      expect(await broker.committedOffsets(group, topic)).toEqual([{ partition: 0, offset: 5 }]);
    });

    it('lets one partition rest while the others go on', async () => {
      const topic = await createTopic(2);
      const found: string[] = [];
      let rests = 1;
      await broker.produce([0, 1].map((partition) => ({ topic, key: null, value: Buffer.from('early'), partition })));
      await join(topic, randomUUID(), async ({ partition, records }) => {
        if (partition === 0 && rests > 0) {
          rests -= 1;
          found.push('0 rests');
          return {
            kind: 'pause',
            offset: records[0]?.offset ?? 0,
            resumeAfterMs: 1_500,
            reason: 'a dependency is away',
          };
        }
        found.push(...records.map((record) => `${partition} ${text(record.value)}`));
        return { kind: 'done', nextOffset: (records.at(-1)?.offset ?? 0) + 1 };
      });
      await eventually('0 rests', () => found.includes('0 rests') && found.includes('1 early'));
      await broker.produce([{ topic, key: null, value: Buffer.from('late'), partition: 1 }]);
      await eventually('all is read', () => found.length >= 4);
      await leaveAll();
      expect(found.indexOf('1 late')).toBeLessThan(found.indexOf('0 early'));
      expect(found.sort()).toEqual(['0 early', '0 rests', '1 early', '1 late']);
    });

    it('handles as many partitions at once as asked for, and never one partition twice at once', async () => {
      const topic = await createTopic();
      const inWork = new Set<number>();
      let most = 0;
      let faults = 0;
      let handled = 0;
      const { passed, open } = gate();
      await broker.produce(
        Array.from({ length: partitions * 5 }, (_, index) => ({
          ...{ topic, key: null, value: Buffer.from(`${index}`), partition: index % partitions },
        })),
      );
      await join(
        topic,
        randomUUID(),
        async ({ partition, records }) => {
          if (inWork.has(partition)) faults += 1;
          inWork.add(partition);
          most = Math.max(most, inWork.size);
          if (most === 3) open();
          await passed;
          inWork.delete(partition);
          handled += records.length;
          return { kind: 'done', nextOffset: (records.at(-1)?.offset ?? 0) + 1 };
        },
        { partitionsConcurrently: 3, maxRecordsPerBatch: 1 },
      );
      await eventually('all is handled', () => handled === partitions * 5);
      await leaveAll();
      expect(most).toBe(3);
      expect(faults).toBe(0);
    });
  });

  describe('a group', () => {
    it('shares the partitions between its members, none to two at a time', async () => {
      const topic = await createTopic();
      const group = randomUUID();
      const seen: Record<string, ConsumedRecord[]> = { a: [], b: [] };
      const a = await join(topic, group, collect(seen['a'] ?? []));
      const b = await join(topic, group, collect(seen['b'] ?? []));
      const shared = (): boolean =>
        a.health().assignedPartitions.length === partitions / 2 &&
        b.health().assignedPartitions.length === partitions / 2;
      await eventually('both have their share', shared);
      const all = [...a.health().assignedPartitions, ...b.health().assignedPartitions];
      expect(all.sort()).toEqual([0, 1, 2, 3]);
      await broker.produce(
        Array.from({ length: 40 }, (_, index) => ({
          ...{ topic, key: null, partition: index % 4 },
          value: Buffer.from('x'),
        })),
      );
      await eventually('all is read', () => (seen['a']?.length ?? 0) + (seen['b']?.length ?? 0) >= 40);
      const partitionsOf = (name: string): Set<number> => new Set(seen[name]?.map(({ partition }) => partition));
      expect(partitionsOf('a')).toEqual(new Set(a.health().assignedPartitions));
      expect(partitionsOf('b')).toEqual(new Set(b.health().assignedPartitions));
      await leaveAll();
      expect((seen['a']?.length ?? 0) + (seen['b']?.length ?? 0)).toBe(40);
    });

    it('takes over from a member that leaves, where that one stopped', async () => {
      const topic = await createTopic();
      const group = randomUUID();
      const first: ConsumedRecord[] = [];
      const second: ConsumedRecord[] = [];
      const leaving = await join(topic, group, collect(first));
      await eventually('the first has all', () => leaving.health().assignedPartitions.length === partitions);
      const staying = await join(topic, group, collect(second));
      await eventually('the second has a share', () => staying.health().assignedPartitions.length === partitions / 2);
      const write = (): Promise<unknown> =>
        broker.produce(
          Array.from({ length: 40 }, (_, index) => ({
            ...{ topic, key: null, partition: index % 4 },
            value: Buffer.from('x'),
          })),
        );
      await write();
      await eventually('all is read', () => first.length + second.length === 40);
      await leaving.close();
      expect(leaving.health()).toMatchObject({ state: 'stopped', assignedPartitions: [] });
      await eventually('the second has all', () => staying.health().assignedPartitions.length === partitions);
      await write();
      await eventually('all is read again', () => first.length + second.length >= 80);
      await leaveAll();
      expect(second.length).toBe(60);
      expect(await committed(group, topic)).toBe(80);
    });

    it('loses no partition to a member that is closed before it has joined', async () => {
      const topic = await createTopic();
      const group = randomUUID();
      const seen: ConsumedRecord[] = [];
      const staying = await join(topic, group, collect(seen));
      await eventually('it has all', () => staying.health().assignedPartitions.length === partitions);
      const leaving = await join(topic, group, collect([]));
      await leaving.close();
      await broker.produce(
        Array.from({ length: 40 }, (_, index) => ({
          ...{ topic, key: null, partition: index % 4 },
          value: Buffer.from('x'),
        })),
      );
      await eventually('all is read by who stays', () => seen.length >= 40);
      await leaveAll();
      expect(await committed(group, topic)).toBe(40);
    });

    it('numbers every assignment of a partition higher than the last, and calls an old batch stale', async () => {
      const topic = await createTopic(1);
      const group = randomUUID();
      const started = gate();
      const rebalanced = gate();
      const assignments: number[] = [];
      let staleBefore: boolean | undefined;
      let staleAfter: boolean | undefined;
      let rejected = false;
      await broker.produce(numbered(topic, 'ann', 1));
      const first = await join(topic, group, async (batch) => {
        assignments.push(batch.assignment);
        if (assignments.length === 1) {
          staleBefore = batch.isStale();
          started.open();
          await rebalanced.passed;
          // The rebalance is learned from the heartbeat.
          await eventually('the rebalance shows', async () => {
            rejected = await batch.heartbeat().then(
              () => false,
              () => true,
            );
            return rejected;
          });
          staleAfter = batch.isStale();
        }
        return { kind: 'seek', offset: batch.records[0]?.offset ?? 0 };
      });
      await started.passed;
      const second = await join(topic, group, async ({ records }) => ({
        ...{ kind: 'pause', reason: 'only here to rebalance', resumeAfterMs: 60_000 },
        offset: records[0]?.offset ?? 0,
      }));
      rebalanced.open();
      await eventually('somebody has the partition', () => {
        const both = [first, second].map((member) => member.health());
        return (
          both.every(({ state }) => state === 'running') && both.some((each) => each.assignedPartitions.length === 1)
        );
      });
      await second.close();
      await eventually('the first has it again', () => assignments.length >= 2);
      await leaveAll();
      expect([staleBefore, rejected, staleAfter]).toEqual([false, true, true]);
      expect(assignments[1]).toBeGreaterThan(assignments[0] ?? Number.POSITIVE_INFINITY);
    });

    it('finishes and commits the batch in hand before a member leaves, and leaving twice is leaving once', async () => {
      const topic = await createTopic(1);
      const group = randomUUID();
      const started = gate();
      const finish = gate();
      await broker.produce(numbered(topic, 'ann', 5));
      let calls = 0;
      const member = await join(
        topic,
        group,
        async ({ records }) => {
          calls += 1;
          started.open();
          await finish.passed;
          return { kind: 'done', nextOffset: (records.at(-1)?.offset ?? 0) + 1 };
        },
        { maxRecordsPerBatch: 3 },
      );
      await started.passed;
      const leaving = Promise.all([member.close(), member.close()]);
      finish.open();
      await leaving;
      await member.close();
      expect(calls).toBe(1);
      expect(await broker.committedOffsets(group, topic)).toEqual([{ partition: 0, offset: 3 }]);
      expect(member.health().state).toBe('stopped');
      members.length = 0;
    });
  });

  describe('reading without a group', () => {
    it('ends at once on an empty topic', async () => {
      expect(await readAll(broker, await createTopic())).toEqual([]);
    });

    it('ends at the end, although some partitions are empty, and commits nothing', async () => {
      const topic = await createTopic();
      await broker.produce(numbered(topic, 'ann', 1500));
      const found = await readAll(broker, topic);
      expect(found.map((record) => text(record.value))).toEqual(
        Array.from({ length: 1500 }, (_, index) => `ann ${index}`),
      );
    });

    it('reads what comes, from the latest on, until it is told to stop', async () => {
      const topic = await createTopic();
      await broker.produce(numbered(topic, 'early', 3));
      const stop = new AbortController();
      const found: string[] = [];
      const reading = (async () => {
        for await (const record of broker.read({ topic, from: 'latest', until: 'forever', signal: stop.signal })) {
          found.push(text(record.value) ?? '');
          if (found.includes('last 0')) stop.abort();
        }
      })();
      // Nobody outside sees when the reader has begun: knock until it answers.
      await eventually('the reader has begun', async () => {
        if (found.length === 0) await broker.produce(numbered(topic, 'knock', 1));
        return found.length > 0;
      });
      await broker.produce(numbered(topic, 'last', 1));
      await reading;
      expect(found.filter((value) => value.startsWith('early'))).toEqual([]);
      expect(found.at(-1)).toBe('last 0');
    });

    it('may be left in the middle', async () => {
      const topic = await createTopic();
      await broker.produce(numbered(topic, 'ann', 1000));
      let count = 0;
      for await (const _ of broker.read({ topic, from: 'earliest', until: 'forever' })) {
        count += 1;
        if (count === 600) break;
      }
      expect(count).toBe(600);
    });

    it('reads one partition from an offset on, and forgets for good what is deleted below another', async () => {
      const topic = await createTopic();
      const records = Array.from({ length: 12 }, (_, i) => ({
        ...{ topic, key: null, value: Buffer.from(`${i % 3}/${i}`), partition: i % 3 },
      }));
      await broker.produce(records);
      const read = async (from: number | 'earliest') => {
        const found: string[] = [];
        for await (const { value, offset } of broker.read({ topic, partition: 1, from, until: 'end' }))
          found.push(`${offset}=${value}`);
        return found;
      };
      expect(await read('earliest')).toEqual(['0=1/1', '1=1/4', '2=1/7', '3=1/10']);
      expect(await read(2)).toEqual(['2=1/7', '3=1/10']);
      expect(await read(4)).toEqual([]);
      await broker.deleteRecords(topic, 1, 3);
      expect(await read('earliest')).toEqual(['3=1/10']);
      expect(await read(1)).toEqual(['3=1/10']); // what is gone is passed over
      expect(await broker.offsets(topic)).toEqual([
        { partition: 0, low: 0, high: 4 },
        { partition: 1, low: 3, high: 4 },
        { partition: 2, low: 0, high: 4 },
        { partition: 3, low: 0, high: 0 },
      ]);
    });

    it('refuses a topic that does not exist', async () => {
      await expect(readAll(broker, `contract.missing.${randomUUID()}`)).rejects.toThrow(BrokerUnavailable);
    });
  });

  describe('topics', () => {
    it('are created once, usable at once, and left as they are afterwards', async () => {
      const name = `contract.${randomUUID()}`;
      const definition = { name, partitions: 3, replicationFactor: 1, config: { 'cleanup.policy': 'compact' } };
      await broker.createTopics([definition]);
      await broker.createTopics([{ ...definition, partitions: 9, config: {} }]);
      expect(await broker.describeTopics([name, `contract.missing.${randomUUID()}`])).toEqual([definition]);
      await broker.produce([{ topic: name, key: Buffer.from('k'), value: Buffer.from('v') }]);
    });

    it('tell their offsets', async () => {
      const topic = await createTopic(2);
      expect(await broker.offsets(topic)).toEqual([
        { partition: 0, low: 0, high: 0 },
        { partition: 1, low: 0, high: 0 },
      ]);
      await broker.produce([0, 1, 1].map((partition) => ({ topic, key: null, value: Buffer.alloc(1), partition })));
      expect((await broker.offsets(topic)).map(({ high }) => high)).toEqual([1, 2]);
    });

    it('know no commit of a group that never was', async () => {
      const topic = await createTopic(2);
      expect(await broker.committedOffsets(randomUUID(), topic)).toEqual([
        { partition: 0, offset: -1 },
        { partition: 1, offset: -1 },
      ]);
    });
  });

  describe('its life', () => {
    it('answers a ping', async () => {
      await expect(broker.ping()).resolves.toBeUndefined();
    });

    it('ends consumptions and refuses work once it is closed; closing twice is closing once', async () => {
      const mine = createBroker();
      await mine.connect();
      const topic = `contract.${randomUUID()}`;
      await mine.createTopics([{ name: topic, partitions: 1, replicationFactor: 1, config: {} }]);
      const member = await mine.consume({ group: randomUUID(), topic, sessionTimeoutMs }, collect([]));
      await mine.close();
      await mine.close();
      expect(member.health().state).toBe('stopped');
      await expect(mine.produce([{ topic, key: null, value: Buffer.alloc(1) }])).rejects.toThrow(BrokerUnavailable);
      await expect(mine.ping()).rejects.toThrow(BrokerUnavailable);
    });
  });
}
