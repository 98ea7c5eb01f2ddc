import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Broker, ConsumedRecord } from '../../platform/broker/broker.ts';
import { createManualClock } from '../../platform/clock.ts';
import { createLogger } from '../../platform/log.ts';
import { readSnapshotRecord, snapshotMarker, snapshotState } from '../../platform/stage/snapshot-record.ts';
import { MemoryStateStore } from '../../platform/store/memory-state-store.ts';
import { createRedisConnection } from '../../platform/store/redis-connection.ts';
import { RedisStateStore } from '../../platform/store/redis-state-store.ts';
import type { StateStore } from '../../platform/store/state-store.ts';
import { recordsIn } from '../fixtures/records-in.ts';
import { describeOn, realRedis } from '../servers/real-servers.ts';
import { inputTopic, replayReference, sharedKey, snapshotTopic } from './counting-stage.ts';
import { createFaultyStateStore, type FaultyStateStore } from './faulty-state-store.ts';
import { createStagedRun, type Input, type StagedRun, until } from './staged-run.ts';

const silent = createLogger({ name: 'test', level: 'silent', format: 'json' });
const scope = { stage: 'counting', topic: inputTopic, partition: 0 };
/** Longer than any test: a snapshot is written when a runner stops, and at no other time. */
const atStop = 3_600_000;

const inputs = (count: number, from = 0): Input[] =>
  Array.from({ length: count }, (_, i) => {
    const n = from + i;
    return n % 13 === 5 ? [sharedKey, `cohort ${n}`] : [`k${(n * 5) % 7}`, n % 17 === 4 ? 'quiet' : `value ${n}`];
  });

type OpenStore = () => Promise<{ store: StateStore; close(): Promise<void> }>;

function describeSnapshots(adapter: string, openStore: OpenStore, numRuns: number): void {
  describe(`snapshots of a stage (${adapter})`, () => {
    let run: StagedRun;
    let store: FaultyStateStore;
    const opened: { close(): Promise<void> }[] = [];
    /** Everything that was ever put in, although the topic may have forgotten it. */
    let history: ConsumedRecord[] = [];

    async function newStore(): Promise<StateStore> {
      const next = await openStore();
      opened.push(next);
      return next.store;
    }
    async function begin(): Promise<void> {
      store = createFaultyStateStore(await newStore());
      run = await createStagedRun(store);
      history = [];
    }
    async function end(): Promise<void> {
      await run.stopAll();
      for (const each of opened.splice(0)) await each.close();
    }
    beforeEach(begin);
    afterEach(end);

    const loseEverything = async (): Promise<void> => store.replace(await newStore());
    async function put(some: readonly Input[]): Promise<void> {
      await run.put(some);
      const known = history.length;
      history.push(...(await run.inputs()).filter(({ offset }) => offset >= known));
    }
    /** As an undisturbed run: every output with the same bytes however often, and the states that one leaves. */
    async function expectAsUndisturbed(): Promise<void> {
      const { outputs, tallies } = replayReference(history);
      const found = new Set<string>();
      for (const { headers, topic, value } of await run.outputs()) {
        const id = headers['id'] ?? '';
        expect({ id, text: `${topic} ${value}` }).toEqual({ id, text: outputs.get(id) });
        found.add(id);
      }
      expect([...outputs.keys()].filter((id) => !found.has(id))).toEqual([]);
      const { epoch } = await store.acquire(scope);
      for (const [name, tally] of tallies) {
        const loaded = await store.load(scope, epoch, [name.slice('0/'.length)]);
        const bytes = loaded.kind === 'loaded' ? loaded.states[0]?.bytes.toString() : loaded.kind;
        expect({ name, bytes }).toEqual({ name, bytes: JSON.stringify(tally) });
      }
    }
    const snapshotRecords = () => recordsIn(run.broker, snapshotTopic);
    const markers = async () =>
      (await snapshotRecords()).flatMap((record) => {
        const content = readSnapshotRecord(record, scope);
        return content.kind === 'marker' ? [content.marker] : [];
      });

    it('save what the store lost and the topic no longer keeps', async () => {
      const first = await run.start({ snapshotIntervalMs: atStop });
      await put(inputs(300));
      await run.untilDone();
      await first.stop();
      expect(await markers()).toMatchObject([{ appliedOffset: 299, states: 8 }]);
      await run.broker.deleteRecords(inputTopic, 0, 300);
      await loseEverything();
      await put(inputs(60, 300));
      const second = await run.start({ snapshotIntervalMs: atStop });
      await run.untilDone();
      await second.stop();
      await expectAsUndisturbed();
      const page = await run.metrics.exposition();
      expect(page).toContain('gaitkeeper_stage_rebuilds_total{stage="counting"} 1');
      expect(page).not.toContain('gaitkeeper_stage_records_lost_total{stage="counting"}');
      expect(run.lines.join('')).toContain('building it again from that');
    });

    it('go on from the marker and not from the oldest record, and skip what was done', async () => {
      const first = await run.start({ snapshotIntervalMs: atStop });
      await put(inputs(100));
      await run.untilDone();
      await first.stop();
      await put(inputs(40, 100));
      const second = await run.start(); // without a snapshot at its end
      await run.untilDone();
      await second.stop();
      await loseEverything();
      await put(inputs(10, 140));
      await run.start({ snapshotIntervalMs: atStop });
      await run.untilDone();
      await expectAsUndisturbed();
      expect(await run.expectOnce()).toBe(40);
    });

    it('write, after the first, only what has changed, and nothing where nothing has', async () => {
      const runner = await run.start({ snapshotIntervalMs: 2 });
      await put(inputs(70));
      await run.untilDone();
      await until(async () => (await markers()).at(-1)?.appliedOffset === 69);
      await put([['k3', 'again']]);
      await until(async () => (await markers()).at(-1)?.appliedOffset === 70);
      expect((await markers()).at(-1)).toMatchObject({ states: 1 });
      const written = (await snapshotRecords()).length;
      await until(async () => (await run.metrics.exposition()).includes('outcome="unchanged"'));
      await runner.stop();
      expect(await snapshotRecords()).toHaveLength(written);
    });

    it("tell the record that they contain last from another topic's, also while records come in", async () => {
      let loads = 3;
      const broker: Broker = {
        ...run.broker,
        async produce(records) {
          if (records[0]?.topic === snapshotTopic && loads-- > 0) {
            await put(inputs(1, history.length));
            await until(async () => (await store.appliedOffset(scope)) === history.length - 1);
          }
          return await run.broker.produce(records);
        },
      };
      await run.start({ broker, snapshotIntervalMs: 2 });
      await put(inputs(30));
      await until(async () => loads < 0 && (await markers()).at(-1)?.appliedOffset === history.length - 1);
      for (const { appliedOffset, timestampMs } of await markers()) {
        expect({ appliedOffset, timestampMs }).toEqual({
          appliedOffset,
          timestampMs: history[appliedOffset]?.timestampMs,
        });
      }
    });

    it('carry over any order of work, snapshots, crashes, losses and expiry', async () => {
      const act = fc.oneof(
        {
          weight: 4,
          arbitrary: fc.record({ kind: fc.constant('put' as const), count: fc.integer({ min: 1, max: 30 }) }),
        },
        { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('stop' as const, 'crash' as const) }) },
        { weight: 2, arbitrary: fc.record({ kind: fc.constant('lose' as const) }) },
        { weight: 2, arbitrary: fc.record({ kind: fc.constant('expire' as const) }) },
      );
      await end();
      await fc.assert(
        fc.asyncProperty(
          fc.array(act, { minLength: 3, maxLength: 12 }),
          fc.constantFrom(1, atStop),
          async (acts, snapshotIntervalMs) => {
            await begin();
            const options = { maxRecordsPerMicroBatch: 7, maxRecordsPerBatch: 20 };
            let runner = await run.start({ snapshotIntervalMs, options });
            for (const step of acts) {
              if (step.kind === 'put') await put(inputs(step.count, history.length));
              else if (step.kind === 'lose') await loseEverything();
              else if (step.kind === 'expire') {
                // As retention does that is longer than the time between two snapshots.
                const contained = Math.max(-1, ...(await markers()).map(({ appliedOffset }) => appliedOffset));
                await run.broker.deleteRecords(inputTopic, 0, contained + 1);
              } else {
                await run.untilDone();
                if (step.kind === 'crash') runner.cut();
                await runner.stop();
                runner = await run.start({ snapshotIntervalMs, options });
              }
            }
            await put(inputs(1, history.length)); // a store that lost everything is noticed at work only
            await run.untilDone();
            await expectAsUndisturbed();
            await end();
          },
        ),
        { numRuns, seed: 6 },
      );
      await begin();
    });

    it('heal a state that is not what was written: the partition is built again, and nothing is lost', async () => {
      const first = await run.start({ snapshotIntervalMs: atStop });
      await put(inputs(80));
      await run.untilDone();
      await first.stop();
      await run.broker.deleteRecords(inputTopic, 0, 80);
      store.corrupt.add('k1');
      await put(inputs(80, 80));
      const second = await run.start({ snapshotIntervalMs: atStop });
      await run.untilDone();
      await expectAsUndisturbed();
      expect(second.health().paused).toEqual([]);
      const page = await run.metrics.exposition();
      expect(page).toContain('gaitkeeper_stage_corrupt_states_total{stage="counting"} 1');
      expect(page).toContain('gaitkeeper_stage_rebuilds_total{stage="counting"} 1');
      expect(run.lines.join('')).not.toContain('k1');
    });

    it('find a state that is not what was written although nobody asks for it', async () => {
      const first = await run.start({ snapshotIntervalMs: atStop });
      await put([['seldom', '1'], ...inputs(20, 1)]);
      await run.untilDone();
      await first.stop();
      store.corrupt.add('seldom');
      await run.start({ snapshotIntervalMs: 2 });
      await put(inputs(5, 21));
      await until(async () => (await run.metrics.exposition()).includes('outcome="failed"'));
      await put(inputs(5, 26));
      await run.untilDone();
      expect(await run.metrics.exposition()).toContain('gaitkeeper_stage_rebuilds_total{stage="counting"} 1');
      expect(run.lines.join('')).not.toContain('seldom');
      await expectAsUndisturbed();
    });

    it('leave a corrupt state alone where the topic does not suffice to build the others again', async () => {
      const first = await run.start();
      await put(inputs(80));
      await run.untilDone();
      await first.stop();
      await run.broker.deleteRecords(inputTopic, 0, 80);
      store.corrupt.add('k1');
      await put(inputs(20, 80));
      const second = await run.start();
      await until(() => second.health().paused.length > 0);
      expect(second.health().paused).toEqual([{ partition: 0, reason: 'state-corrupt' }]);
      expect(run.lines.join('')).toContain('bring back the store from a backup');
      await second.stop();
      store.corrupt.clear();
      await run.start();
      await run.untilDone();
      await expectAsUndisturbed();
    });

    it('are not used for a topic that was created anew, whether it is shorter or other', async () => {
      const states = [walked(1, 'a', 2, '{}')];
      await put(inputs(10));
      for (const marker of [
        { epoch: 1, appliedOffset: 10, timestampMs: 0, states: 1 },
        { epoch: 1, appliedOffset: 4, timestampMs: 1, states: 1 },
      ]) {
        await run.broker.produce([...states, snapshotMarker(snapshotTopic, scope, marker)]);
        const runner = await run.start({ snapshotIntervalMs: atStop });
        await until(() => runner.health().paused.some(({ reason }) => reason !== 'rebuild'));
        expect(runner.health().paused).toEqual([{ partition: 0, reason: 'snapshot-ahead-of-topic' }]);
        runner.cut();
        await runner.stop();
        await run.broker.deleteRecords(snapshotTopic, 0, 2);
      }
      expect(run.lines.join('')).toContain('was the topic created anew');
      expect(await run.outputs()).toEqual([]);
    });

    it('say how much is lost where the topic no longer keeps what follows the last one', async () => {
      const first = await run.start({ snapshotIntervalMs: atStop });
      await put(inputs(50));
      await run.untilDone();
      await first.stop();
      const second = await run.start();
      await put(inputs(50, 50));
      await run.untilDone();
      await second.stop();
      await loseEverything();
      await run.broker.deleteRecords(inputTopic, 0, 75);
      await put(inputs(5, 100));
      await run.start({ snapshotIntervalMs: atStop });
      await run.untilDone();
      expect(await run.metrics.exposition()).toContain('gaitkeeper_stage_records_lost_total{stage="counting"} 25');
      expect(run.lines.join('')).toContain('"lostRecords":25');
      // What was read again behind the loss has been said before, from all of the records: that is the first of its id.
      const { outputs } = replayReference(history);
      const firsts = new Map<string, string>();
      const others = new Set<string>();
      for (const { headers, topic, value } of await run.outputs()) {
        const [id, text] = [headers['id'] ?? '', `${topic} ${value}`];
        if (!firsts.has(id)) firsts.set(id, text);
        else if (firsts.get(id) !== text) others.add(id);
      }
      for (let offset = 0; offset < 100; offset++) expect(firsts.get(`0-${offset}`)).toBe(outputs.get(`0-${offset}`));
      expect(others.size).toBeGreaterThan(0);
      for (const id of others) expect(Number(id.slice('0-'.length))).toBeGreaterThanOrEqual(75);
    });

    it('keep a late marker of an earlier owner from hiding the newer one, and take unfinished states only where nothing else is', async () => {
      await put(inputs(30));
      const reference = replayReference(history.slice(0, 21)).tallies;
      const later = replayReference(history).tallies;
      const state = (key: string, offset: number, from: typeof reference) =>
        walked(1, key, offset, JSON.stringify(from.get(`0/${key}`)));
      const keys = [...reference.keys()].map((name) => name.slice(2));
      const [gone = ''] = keys.filter((key) => key !== sharedKey && last(history, key) > 20);
      await run.broker.produce([
        // Compaction has removed the state of this one: it was written again behind the marker.
        ...keys.filter((key) => key !== gone).map((key) => state(key, last(history.slice(0, 21), key), reference)),
        snapshotMarker(snapshotTopic, scope, { epoch: 1, appliedOffset: 20, timestampMs: 0, states: 8 }),
        ...keys.map((key) => state(key, last(history, key), later)),
        snapshotMarker(snapshotTopic, scope, { epoch: 1, appliedOffset: 3, timestampMs: 0, states: 8 }),
      ]);
      await run.broker.deleteRecords(inputTopic, 0, 21);
      await run.start({ snapshotIntervalMs: atStop });
      await run.untilDone();
      const { outputs } = replayReference(history);
      const found = new Map((await run.outputs()).map(({ headers, value }) => [headers['id'], `out ${value}`]));
      for (let offset = 21; offset < 30; offset++) {
        const key = history[offset]?.key?.toString();
        expect(found.get(`0-${offset}`)).toEqual(key === gone ? undefined : outputs.get(`0-${offset}`));
      }
    });

    it.each([
      ['behind the marker', 'behind'],
      ['before it', 'before'],
    ])(
      'go on at what the late page of a replaced owner contains, where compaction left nothing newer: %s',
      async (_, where) => {
        await put(inputs(30));
        const then = replayReference(history.slice(0, 18)).tallies;
        const at9 = replayReference(history.slice(0, 9)).tallies;
        const keys = [...then.keys()].map((name) => name.slice(2));
        const gone =
          keys.find((key) => key !== sharedKey && last(history.slice(0, 18), key) > 8 && at9.has(`0/${key}`)) ?? '';
        const lateOffset = last(history.slice(0, 9), gone);
        const late = walked(1, gone, lateOffset, JSON.stringify(at9.get(`0/${gone}`)), 8);
        const page = keys
          .filter((key) => key !== gone)
          .map((key) => walked(2, key, last(history.slice(0, 18), key), JSON.stringify(then.get(`0/${key}`)), 17));
        const marker = snapshotMarker(snapshotTopic, scope, { epoch: 2, appliedOffset: 17, timestampMs: 0, states: 8 });
        await run.broker.produce(where === 'behind' ? [...page, marker, late] : [...page, late, marker]);
        await run.broker.deleteRecords(inputTopic, 0, 9);
        await run.start({ snapshotIntervalMs: atStop });
        await run.untilDone();
        const { outputs, tallies } = replayReference(history);
        for (const { headers, topic, value } of await run.outputs()) {
          expect(`${topic} ${value}`).toBe(outputs.get(headers['id'] ?? ''));
        }
        const { epoch } = await store.acquire(scope);
        const loaded = await store.load(scope, epoch, [gone]);
        const bytes = loaded.kind === 'loaded' ? loaded.states[0]?.bytes.toString() : loaded.kind;
        expect(bytes).toBe(JSON.stringify(tallies.get(`0/${gone}`)));
        expect(await run.metrics.exposition()).not.toContain('gaitkeeper_stage_records_lost_total{stage="counting"}');
      },
    );

    it('shows in its health that a partition is being rebuilt', async () => {
      const first = await run.start({ snapshotIntervalMs: atStop });
      await put(inputs(30));
      await run.untilDone();
      await first.stop();
      await loseEverything();
      let goOn = (): void => undefined;
      const held = new Promise<void>((resolve) => {
        goOn = resolve;
      });
      store.beforeApply = () => held;
      await put(inputs(5, 30));
      const second = await run.start({ snapshotIntervalMs: atStop });
      await until(() => second.health().paused.length > 0);
      expect(second.health().paused).toEqual([{ partition: 0, reason: 'rebuild' }]);
      goOn();
      await run.untilDone();
      expect(second.health().paused).toEqual([]);
      await expectAsUndisturbed();
    });

    it('take long to be read without looking like a batch that hangs, unless nothing comes any more', async () => {
      const first = await run.start({ snapshotIntervalMs: atStop });
      await put(inputs(30));
      await run.untilDone();
      await first.stop();
      await loseEverything();
      await put(inputs(5, 30));
      const records = 2 * (await snapshotRecords()).length; // looked through, then taken
      const clock = createManualClock(1_000_000);
      let goOn: (() => void) | undefined;
      async function* slowly(read: AsyncIterable<ConsumedRecord>) {
        for await (const record of read) {
          await new Promise<void>((resolve) => {
            goOn = resolve;
          });
          yield record;
        }
      }
      const broker: Broker = {
        ...run.broker,
        read: (options) =>
          options.topic === snapshotTopic ? slowly(run.broker.read(options)) : run.broker.read(options),
      };
      const runner = await run.start({ broker, clock, snapshotIntervalMs: atStop });
      for (let record = 1; record <= records; record++) {
        await until(() => goOn !== undefined);
        clock.advance(record < records ? 60_000 : 600_000);
        expect(runner.health().inHandMs).toBe(record < records ? 60_000 : 600_000);
        const next = goOn;
        goOn = undefined;
        next?.();
      }
      await run.untilDone();
      expect(runner.health().inHandMs).toBe(0);
      await expectAsUndisturbed();
    });
  });
}

/** A state as an owner wrote it into the snapshot topic. */
function walked(epoch: number, key: string, offset: number, text: string, containedOffset = offset) {
  return snapshotState(snapshotTopic, scope, {
    epoch,
    containedOffset,
    state: { key, offset, bytes: Buffer.from(text) },
  });
}

/** The offset of the last record that changes the key's state. */
function last(records: readonly ConsumedRecord[], key: string): number {
  return Math.max(
    ...records
      .filter((each) => each.key?.toString() === key && each.value?.toString() !== 'quiet')
      .map(({ offset }) => offset),
  );
}

describeSnapshots(
  'memory',
  () => Promise.resolve({ store: new MemoryStateStore(), close: () => Promise.resolve() }),
  20,
);

describeOn('Redis', realRedis(), ({ url }) => {
  describeSnapshots(
    'Redis',
    async () => {
      const redis = createRedisConnection({ url, name: 'state', commandTimeoutMs: 5_000 }, silent);
      await redis.connect();
      const keyPrefix = `test-${randomUUID()}`;
      return {
        store: new RedisStateStore(redis, { keyPrefix, maxKeysPerCall: 3 }),
        close: async () => {
          const keys: string[] = [];
          for await (const key of redis.scan(`${keyPrefix}:`)) keys.push(key);
          await redis.delete(keys);
          await redis.close();
        },
      };
    },
    5,
  );
});
