import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Broker, BrokerUnavailable } from '../../platform/broker/broker.ts';
import { createManualClock } from '../../platform/clock.ts';
import { createLogger } from '../../platform/log.ts';
import { type StagePoint, stagePoints } from '../../platform/stage/partition-work.ts';
import { MemoryStateStore } from '../../platform/store/memory-state-store.ts';
import { createRedisConnection } from '../../platform/store/redis-connection.ts';
import { RedisStateStore } from '../../platform/store/redis-state-store.ts';
import { type StateStore, StoreUnavailable } from '../../platform/store/state-store.ts';
import { describeOn, realRedis } from '../servers/real-servers.ts';
import { replayReference, sharedKey } from './counting-stage.ts';
import { createFaultyStateStore, type FaultyStateStore } from './faulty-state-store.ts';
import { createStagedRun, type Input, type StagedRun, until } from './staged-run.ts';

const silent = createLogger({ name: 'test', level: 'silent', format: 'json' });

/** The same inputs for every scenario: some keys, the shared one among them, and records that are refused. */
const mixedInputs = (count: number): Input[] =>
  Array.from({ length: count }, (_, i) => {
    if (i % 13 === 5) return [sharedKey, `cohort ${i}`];
    const value = i % 11 === 3 ? 'bad' : i % 17 === 4 ? 'broken' : i % 7 === 2 ? 'quiet' : `value ${i}`;
    return [`k${(i * 5) % 4}`, value];
  });

class Crash extends Error {}

/** Throws at the n-th time that a point is reached. */
function crashAt(
  point: StagePoint,
  times: number,
): { onPoint: (reached: StagePoint) => void; happened: () => boolean } {
  let left = times;
  return {
    onPoint(reached) {
      if (reached === point && --left === 0) throw new Crash(point);
    },
    happened: () => left <= 0,
  };
}

function describeEngine(
  adapter: string,
  openStore: () => Promise<{ store: StateStore; close(): Promise<void> }>,
  numRuns: number,
) {
  describe(`a keyed stage on the memory broker and a state store (${adapter})`, () => {
    let run: StagedRun;
    let store: FaultyStateStore;
    let closeStore: () => Promise<void>;

    async function begin(partitions = 1): Promise<void> {
      const opened = await openStore();
      closeStore = opened.close;
      store = createFaultyStateStore(opened.store);
      run = await createStagedRun(store, partitions);
    }
    async function end(): Promise<void> {
      store.away = false;
      await run.stopAll();
      await closeStore();
    }
    beforeEach(() => begin());
    afterEach(() => end());

    it('makes exactly one output of every record, in the order of its key, and the states of a plain replay', async () => {
      await run.put(mixedInputs(600));
      await run.start();
      await run.untilDone();
      await run.put(mixedInputs(50));
      await run.untilDone();
      expect(await run.expectOnce()).toBe(0);
      await run.expectStates(store);
    });

    it('shares partitions among runners and forgets the states of those it lost', async () => {
      await end();
      await begin(4);
      const first = await run.start();
      await run.put(mixedInputs(100));
      await run.untilDone();
      const second = await run.start();
      await until(() => second.health().consumption.assignedPartitions.length === 2);
      await run.put(mixedInputs(200));
      await run.untilDone();
      const owned = [first, second].flatMap((runner) => runner.health().consumption.assignedPartitions);
      expect([...owned].sort()).toEqual([0, 1, 2, 3]);
      await run.expectOnce();
      await run.expectStates(store);
    });

    it('does not wait between records of a stage that answers from promises, and keeps their order', async () => {
      await run.put(mixedInputs(200));
      await run.start({ slow: true, options: { maxSteppingMs: 0 } });
      await run.untilDone();
      expect(await run.expectOnce()).toBe(0);
      await run.expectStates(store);
    });

    it.each(stagePoints)('loses nothing and contradicts itself nowhere when it dies %s', async (point) => {
      await run.put(mixedInputs(400));
      for (const times of [1, 2, 3]) {
        const crash = crashAt(point, times);
        const runner = await run.start({
          onPoint: crash.onPoint,
          options: { maxRecordsPerMicroBatch: 16, maxRecordsPerBatch: 40 },
        });
        await until(crash.happened);
        await runner.stop();
      }
      await run.start({ options: { maxRecordsPerMicroBatch: 50 } });
      await run.untilDone();
      await run.expectOnce();
      await run.expectStates(store);
    });

    it('stops before a flood of dead letters, says so, and goes on with the same bytes once the limit is raised', async () => {
      const deadLetterLimit = { maxInARow: 20, maxShare: 1, windowRecords: 100, maxOfOneKey: 100 };
      await run.put(mixedInputs(50));
      await run.put(Array.from({ length: 60 }, (_, i): Input => [`k${i % 4}`, 'bad']));
      await run.put(mixedInputs(30));
      const runner = await run.start({ options: { deadLetterLimit } });
      const rests = () => runner.health().paused;
      await until(() => rests().length > 0);
      expect(rests()).toEqual([{ partition: 0, reason: 'dead-letter-limit' }]);
      const setAside = (await run.outputs()).filter(({ topic }) => topic === 'dead');
      expect(setAside.filter(({ headers }) => Number(headers['id']?.split('-')[1]) >= 50)).toHaveLength(20);
      expect(run.lines.filter((line) => line.includes('too many records set aside'))).toHaveLength(1);
      const told = await run.metrics.exposition();
      expect(told).toContain('gaitkeeper_stage_dead_letter_limit_reached{stage="counting"} 1');
      expect(told).toContain('gaitkeeper_stage_pauses_total{stage="counting",reason="dead-letter-limit"}');
      // What waits is told while it rests: all from the record on that was kept back.
      expect(told).toContain('gaitkeeper_stage_lag_records{stage="counting",partition="0"} 70');
      await runner.stop();

      await run.start({ options: { deadLetterLimit: { ...deadLetterLimit, maxInARow: 0 } } });
      await run.untilDone();
      await run.expectOnce();
      await run.expectStates(store);
    });

    it('goes on by itself after a defect, from what is durable', async () => {
      await run.put(mixedInputs(60));
      await run.start({ onPoint: crashAt('produced', 2).onPoint, options: { maxRecordsPerMicroBatch: 10 } });
      await run.untilDone();
      expect(await run.expectOnce()).toBeGreaterThan(0);
      await run.expectStates(store);
    });

    it('writes the same bytes again under any crashes, cut writes and sizes of micro-batches', async () => {
      const input = fc.tuple(
        fc.constantFrom('a', 'b', 'c', sharedKey),
        fc.oneof({ weight: 8, arbitrary: fc.constantFrom('1', '2') }, fc.constantFrom('bad', 'broken', 'quiet')),
      );
      const fault = fc.oneof(
        fc.record({
          kind: fc.constant('point' as const),
          point: fc.constantFrom(...stagePoints),
          times: fc.integer({ min: 1, max: 4 }),
        }),
        fc.record({ kind: fc.constant('cut' as const), writes: fc.nat({ max: 4 }) }),
      );
      const life = fc.record({ fault, size: fc.integer({ min: 1, max: 9 }), batch: fc.integer({ min: 1, max: 20 }) });
      await end();
      await fc.assert(
        fc.asyncProperty(
          fc.array(input, { minLength: 1, maxLength: 40 }),
          fc.array(life, { maxLength: 4 }),
          async (inputs, lives) => {
            await begin();
            await run.put(inputs);
            for (const { fault, size, batch } of lives) {
              let dead = false;
              const die = (): never => {
                dead = true;
                throw new Crash('as told');
              };
              let left = fault.kind === 'point' ? fault.times : 0;
              store.cut = die;
              store.writesUntilCut = fault.kind === 'cut' ? fault.writes : undefined;
              const runner = await run.start({
                options: { maxRecordsPerMicroBatch: size, maxRecordsPerBatch: batch, maxCachedStates: 2 },
                onPoint: (point) => {
                  if (dead || (fault.kind === 'point' && point === fault.point && --left === 0)) die();
                },
              });
              await until(async () => dead || (await run.isDone()));
              await runner.stop();
              store.writesUntilCut = undefined;
            }
            await run.start();
            await run.untilDone();
            await run.expectOnce();
            await run.expectStates(store);
            await end();
          },
        ),
        { numRuns, seed: 4 },
      );
      await begin();
    });

    it('fences a runner that fell asleep before its write, and lets none of its states through', async () => {
      let wake = (): void => undefined;
      let asleep = false;
      store.beforeApply = async () => {
        if (asleep) return;
        asleep = true;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      };
      await run.put(mixedInputs(40));
      // Its timers stand still with it: it does not notice that it is out of the group.
      const zombie = await run.start({ clock: createManualClock() });
      await until(() => asleep);
      await run.start({ options: { maxRecordsPerMicroBatch: 7 } });
      await zombieIsReplaced(run);
      await run.put(mixedInputs(40));
      wake();
      await run.untilDone();
      await zombie.stop();
      expect(await run.expectOnce()).toBeGreaterThan(0);
      await run.expectStates(store);
      expect(await run.metrics.exposition()).toContain('gaitkeeper_stage_fenced_total{stage="counting"} 1');
    });

    it('builds the same states again when the store lost everything, and says so', async () => {
      await run.put(mixedInputs(120));
      const first = await run.start();
      await run.untilDone();
      await first.stop();
      const empty = await openStore();
      store.replace(empty.store);
      await run.put(mixedInputs(10));
      await run.start();
      await run.untilDone();
      expect(await run.expectOnce()).toBe(120);
      await run.expectStates(store);
      expect(run.lines.join('')).toContain('the store holds no state of a partition that was read before');
      await empty.close();
    });

    it('notices in the middle of its work that the store lost everything, and builds the same states again', async () => {
      await run.put(mixedInputs(120));
      await run.start();
      await run.untilDone();
      const empty = await openStore();
      store.replace(empty.store);
      await run.put(mixedInputs(10));
      await run.untilDone();
      await run.expectOnce();
      await run.expectStates(store);
      await empty.close();
    });

    it('notices without a new record that the store lost everything, and builds the same states again', async () => {
      await run.put(mixedInputs(120));
      const runner = await run.start({ options: { idleAfterMs: 1 } });
      await run.untilDone();
      const written = (await run.outputs()).length;
      const empty = await openStore();
      store.replace(empty.store);
      await run.untilApplied(store);
      await runner.stop();
      expect(await run.expectOnce()).toBe(written);
      await run.expectStates(store);
      expect(run.lines.join('')).toContain('the store does not know the owner of an idle partition');
      await empty.close();
    });

    it('notices without a record since its start that the store lost everything, and takes over no other partition', async () => {
      await end();
      await begin(4);
      await run.put(mixedInputs(120));
      const first = await run.start();
      await run.untilDone();
      await first.stop();
      const written = (await run.outputs()).length;
      const before = store.calls.acquire;
      let looks = 0;
      const broker: Broker = {
        ...run.broker,
        committedOffsets(group, topic) {
          looks += 1;
          return run.broker.committedOffsets(group, topic);
        },
      };
      const second = await run.start({ broker, options: { idleAfterMs: 1 } });
      await until(() => looks >= 5);
      expect(store.calls.acquire).toBe(before); // all is there: nothing is taken over, and nothing read
      const empty = await openStore();
      store.replace(empty.store);
      await run.untilApplied(store);
      await second.stop();
      expect(await run.expectOnce()).toBe(written);
      await run.expectStates(store);
      expect(run.lines.join('')).toContain('the state of an idle partition is behind what was committed');
      await empty.close();
    });

    it('counts what retention took away from under an owner at work, and says so', async () => {
      await run.put(mixedInputs(10));
      let isOvertaken = false;
      store.beforeApply = async () => {
        if (isOvertaken) return;
        isOvertaken = true;
        await run.put(mixedInputs(20));
        await run.broker.deleteRecords('in', 0, 20);
      };
      await run.start();
      await run.untilDone();
      const offsets = (await run.outputs()).map(({ headers }) => Number(headers['id']?.split('-')[1]));
      expect(offsets.filter((offset) => offset >= 10 && offset < 20)).toEqual([]);
      expect(offsets).toHaveLength(20);
      expect(await run.metrics.exposition()).toContain('gaitkeeper_stage_records_lost_total{stage="counting"} 10');
      expect(run.lines.filter((line) => line.includes('"lostRecords":10'))).toEqual([
        expect.stringContaining('"level":"error"'),
      ]);
    });

    /** Hands out the records without those from 10 to 14, so many times. */
    function withGap(times: number): Broker {
      let left = times;
      return {
        ...run.broker,
        consume: (subscription, handler) =>
          run.broker.consume(subscription, (batch) => {
            if (batch.records[0]?.offset !== 10 || left === 0) return handler(batch);
            left -= 1;
            return handler({ ...batch, records: batch.records.filter(({ offset }) => offset > 14) });
          }),
      };
    }

    it('reads again what the topic still keeps and did not hand out', async () => {
      await run.put(mixedInputs(30));
      await run.start({ broker: withGap(3), options: { maxRecordsPerBatch: 10 } });
      await run.untilDone();
      expect(await run.expectOnce()).toBe(0);
      await run.expectStates(store);
      expect(run.lines.join('')).not.toContain('passed over');
    });

    it('passes over offsets without a record, as compaction leaves them, and calls nothing lost', async () => {
      await run.put(mixedInputs(30));
      await run.start({ broker: withGap(Number.POSITIVE_INFINITY), options: { maxRecordsPerBatch: 10 } });
      await run.untilDone();
      expect(await run.outputs()).toHaveLength(25);
      expect(await run.metrics.exposition()).not.toContain('gaitkeeper_stage_records_lost_total{');
      expect(run.lines.filter((line) => line.includes('passed over'))).toHaveLength(1);
    });

    it('commits nothing while the store is away, says that it rests, and goes on afterwards', async () => {
      await run.put(mixedInputs(30));
      store.away = true;
      const runner = await run.start();
      await until(() => runner.health().paused.length > 0);
      expect(runner.health().paused).toEqual([{ partition: 0, reason: 'store' }]);
      expect(await run.broker.committedOffsets('counting', 'in')).toEqual([{ partition: 0, offset: -1 }]);
      expect(await run.outputs()).toEqual([]);
      store.away = false;
      await run.untilDone();
      expect(await run.expectOnce()).toBe(0);
      await run.expectStates(store);
      expect(runner.health()).toMatchObject({ paused: [], lagRecords: 0 });
    });

    it('repeats identical outputs when the store goes away between output and state', async () => {
      await run.put(mixedInputs(90));
      let produced = 0;
      const runner = await run.start({
        options: { maxRecordsPerMicroBatch: 20 },
        onPoint: (point) => {
          if (point === 'produced' && ++produced === 2) store.away = true;
        },
      });
      await until(() => runner.health().paused.length > 0);
      store.away = false;
      await run.untilDone();
      expect(await run.expectOnce()).toBeGreaterThan(0);
      await run.expectStates(store);
    });

    it('rides out a short outage of the store without giving anything up', async () => {
      await run.put(mixedInputs(30));
      let failures = 2;
      store.beforeApply = () => (failures-- > 0 ? Promise.reject(new StoreUnavailable('as told')) : Promise.resolve());
      await run.start();
      await run.untilDone();
      expect(await run.expectOnce()).toBe(0);
      expect(await run.metrics.exposition()).not.toContain('gaitkeeper_stage_pauses_total{');
    });

    it('changes no state while its outputs are not acknowledged', async () => {
      let away = true;
      const broker: Broker = {
        ...run.broker,
        produce: (records) => (away ? Promise.reject(new BrokerUnavailable('as told')) : run.broker.produce(records)),
      };
      await run.put(mixedInputs(30));
      const runner = await run.start({ broker });
      await until(() => runner.health().paused[0]?.reason === 'broker');
      expect(store.calls.apply).toBe(0);
      away = false;
      await run.untilDone();
      expect(await run.expectOnce()).toBe(0);
      await run.expectStates(store);
    });

    it('rests at the record whose dependency is away, with everything before it done, and makes nothing up', async () => {
      await run.put(mixedInputs(30));
      let away = true;
      const runner = await run.start({
        onStep: ({ offset }) => (away && offset === 12 ? { kind: 'unavailable', dependency: 'templates' } : undefined),
      });
      await until(() => runner.health().paused.length > 0);
      expect(runner.health().paused).toEqual([{ partition: 0, reason: 'templates' }]);
      const ids = (await run.outputs()).map(({ headers }) => Number(headers['id']?.split('-')[1]));
      expect(ids.sort((a, b) => a - b)).toEqual(Array.from({ length: 12 }, (_, i) => i));
      away = false;
      await run.untilDone();
      expect(await run.expectOnce()).toBe(0);
      await run.expectStates(store);
    });

    it('counts dead letters by reason, and is not held up by them', async () => {
      await run.put([...Array.from({ length: 20 }, (): Input => ['a', 'bad']), ['a', 'broken'], ['a', 'good']]);
      await run.start();
      await run.untilDone();
      await run.expectOnce();
      const page = await run.metrics.exposition();
      expect(page).toContain('gaitkeeper_stage_dead_letters_total{stage="counting",reason="bad-value"} 20');
      expect(page).toContain('gaitkeeper_stage_dead_letters_total{stage="counting",reason="broken-record"} 1');
      expect(page).toContain('gaitkeeper_stage_records_total{stage="counting",outcome="emitted"} 1');
    });

    it('does not step again what the state contains when the group forgot its offsets', async () => {
      await run.put(mixedInputs(80));
      const first = await run.start();
      await run.untilDone();
      await first.stop();
      await run.start({ group: 'another' }); // same stage name, same states, no committed offset
      await run.untilDone('another');
      expect(await run.expectOnce()).toBe(0);
      await run.expectStates(store);
    });

    it('rests, and says why, when the state is ahead of the topic', async () => {
      const { epoch } = await store.acquire({ stage: 'counting', topic: 'in', partition: 0 });
      await store.apply({ stage: 'counting', topic: 'in', partition: 0 }, epoch, [], 1_000);
      await run.put(mixedInputs(5));
      const runner = await run.start();
      await until(() => runner.health().paused.length > 0);
      expect(runner.health().paused).toEqual([{ partition: 0, reason: 'state-ahead-of-topic' }]);
      expect(await run.outputs()).toEqual([]);
      expect(run.lines.join('')).toContain('was the topic created anew');
    });

    it('judges nothing in a partition that was added behind its back, and says why', async () => {
      await end();
      await begin(2);
      const offsets: Broker['offsets'] = async (topic) => (await run.broker.offsets(topic)).slice(0, 1);
      const runner = await run.start({ broker: { ...run.broker, offsets } });
      await run.put(mixedInputs(40));
      await until(() => runner.health().paused.length > 0);
      expect(runner.health().paused).toEqual([{ partition: 1, reason: 'partitions-added' }]);
      await until(
        async () => (await run.outputs()).length >= (await run.inputs()).filter((each) => each.partition === 0).length,
      );
      expect((await run.outputs()).filter(({ headers }) => headers['id']?.startsWith('1-'))).toEqual([]);
      expect(run.lines.join('')).toContain('set another `topicPrefix`');
      expect(store.calls.acquire).toBe(1);
    });

    it('rests where another record stands at the offset that the state contains last, however far the topic has grown', async () => {
      const scope = { stage: 'counting', topic: 'in', partition: 0 };
      const { epoch } = await store.acquire(scope);
      await store.apply(scope, epoch, [{ key: 'k1', offset: 20, bytes: Buffer.from('{}') }], 20, 1_000);
      await run.put(mixedInputs(80));
      for (const maxRecordsPerBatch of [100, 5]) {
        const runner = await run.start({ options: { maxRecordsPerBatch } });
        await until(() => runner.health().paused.length > 0);
        expect(runner.health().paused).toEqual([{ partition: 0, reason: 'state-of-another-topic' }]);
        runner.cut();
        await runner.stop();
      }
      expect(await run.outputs()).toEqual([]);
      expect(run.lines.join('')).toContain('set another `topicPrefix`');
    });

    it('goes on behind what the state contains where the topic has that record, or no longer keeps it', async () => {
      await run.put(mixedInputs(60));
      const first = await run.start();
      await run.untilDone();
      await first.stop();
      await run.put(mixedInputs(20));
      const second = await run.start({ options: { maxRecordsPerBatch: 5 } });
      await run.untilDone();
      await second.stop();
      const inputs = await run.inputs();
      await run.put(mixedInputs(20));
      await run.broker.deleteRecords('in', 0, 80);
      await run.start();
      await run.untilDone();
      expect(run.lines.join('')).not.toContain('partition rests');
      const { outputs } = replayReference([...inputs, ...(await run.inputs())]);
      const found = new Map(
        (await run.outputs()).map(({ headers, topic, value }) => [headers['id'], `${topic} ${value}`]),
      );
      expect(found).toEqual(outputs);
    });

    it('rests at a state that this version cannot read, and gives it to nobody as empty', async () => {
      const scope = { stage: 'counting', topic: 'in', partition: 0 };
      const { epoch } = await store.acquire(scope);
      await run.put([
        ['a', '1'],
        ['a', '2'],
      ]);
      await store.apply(scope, epoch, [{ key: 'a', offset: 0, bytes: Buffer.from('{') }], 0);
      const runner = await run.start();
      await until(() => runner.health().paused.length > 0);
      expect(runner.health().paused).toEqual([{ partition: 0, reason: 'state-unreadable' }]);
      expect(await run.outputs()).toEqual([]);
    });

    it('reads states once while they are in memory', async () => {
      await run.start();
      for (let i = 0; i < 5; i++) {
        await run.put([
          ['a', `${i}`],
          ['b', `${i}`],
        ]);
        await run.untilDone();
      }
      expect(store.calls.load).toBeLessThanOrEqual(2); // one, or two where the first batch had one record only
    });
  });
}

/** The runner that took over has done some of the work. */
async function zombieIsReplaced(run: StagedRun): Promise<void> {
  await until(async () => (await run.broker.committedOffsets('counting', 'in'))[0]?.offset !== -1);
}

describeEngine('memory', () => Promise.resolve({ store: new MemoryStateStore(), close: () => Promise.resolve() }), 150);

describeOn('Redis', realRedis(), ({ url }) => {
  async function openRedis() {
    const redis = createRedisConnection({ url, name: 'state', commandTimeoutMs: 5_000 }, silent);
    await redis.connect();
    const keyPrefix = `test-${randomUUID()}`;
    const names = async (): Promise<string[]> => {
      const found: string[] = [];
      for await (const name of redis.scan(`${keyPrefix}:`)) found.push(name);
      return found;
    };
    return {
      store: new RedisStateStore(redis, { keyPrefix, maxKeysPerCall: 3 }),
      /** Remembers everything stored; what it returns brings that back, as a server does that lost its tail. */
      remember: async () => {
        const kept = await names();
        const values = await redis.getMany(kept);
        return async () => {
          await redis.delete(await names());
          for (const [i, name] of kept.entries()) await redis.set(name, values[i] as Buffer);
        };
      },
      close: async () => {
        await redis.delete(await names());
        await redis.close();
      },
    };
  }
  describeEngine('Redis', openRedis, 40);

  it('notices that the server lost the tail of what it had acknowledged, and does that part again', async () => {
    const { store, remember, close } = await openRedis();
    const run = await createStagedRun(store);
    await run.put(mixedInputs(100));
    await run.start({ options: { maxRecordsPerMicroBatch: 10 } });
    await run.untilDone();
    const goBack = await remember();
    await run.put(mixedInputs(60));
    await run.untilDone();
    await goBack();
    await run.put(mixedInputs(20));
    await run.untilDone();
    expect(await run.expectOnce()).toBeGreaterThanOrEqual(60);
    expect(await run.metrics.exposition()).toContain('gaitkeeper_stage_rewinds_total{stage="counting"} 1');
    await run.expectStates(store);
    await run.stopAll();
    await close();
  });
});
