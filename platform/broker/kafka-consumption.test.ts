import { describe, expect, it } from '@jest/globals';
import { eventually } from '../../test/contracts/eventually.ts';
import type { BatchHandler } from './broker.ts';
import type { ConsumerEvents, FetchedBatch } from './consumer-client.ts';
import { startKafkaConsumption } from './kafka-consumption.ts';
import { type BrokerLog, silentLog } from './kafka-log.ts';

const done: BatchHandler = async ({ records }) => ({ kind: 'done', nextOffset: (records.at(-1)?.offset ?? 0) + 1 });

/** A consumption over a client that does nothing by itself: joins, rebalances, crashes and fetches are told to it. */
async function setUp(handler: BatchHandler, log: BrokerLog = silentLog) {
  /** Held by a test: connecting waits for it. */
  let connecting: Promise<void> = Promise.resolve();
  const calls: string[] = [];
  const commits: number[] = [];
  const commitFailures: string[] = [];
  const clients: { events: ConsumerEvents; eachBatch: (fetched: FetchedBatch) => Promise<void> }[] = [];
  let nowMs = 0;
  const onCommitFailure = (error: unknown) => commitFailures.push((error as Error).message);
  const consumption = await startKafkaConsumption({
    subscription: { group: 'g', topic: 't', sessionTimeoutMs: 10_000, maxRecordsPerBatch: 2, onCommitFailure },
    handler,
    createConsumer: (_, events) => ({
      connect: () => {
        calls.push('connect');
        return connecting;
      },
      subscribe: async () => undefined,
      run: async (_concurrency, eachBatch) => {
        clients.push({ events, eachBatch });
      },
      seek: (partition, offset) => calls.push(`seek ${partition} ${offset}`),
      pause: (partition) => calls.push(`pause ${partition}`),
      resume: (partition) => calls.push(`resume ${partition}`),
      stop: async () => {
        calls.push('stop');
      },
      disconnect: async () => {
        calls.push('disconnect');
      },
    }),
    commitIntervalMs: 3_600_000,
    closeTimeoutMs: 5_000,
    now: () => nowMs,
    log,
  });
  const fetched = (
    first: number,
    count: number,
    heartbeat: () => Promise<void> = async () => undefined,
  ): FetchedBatch => ({
    partition: 0,
    highWatermark: `${first + count}`,
    messages: Array.from({ length: count }, (_, index) => ({
      ...{ offset: `${first + index}`, timestamp: '0', key: null, value: null },
    })),
    resolveOffset: (offset) => calls.push(`resolve ${offset}`),
    heartbeat,
    commit: async (offsets) => {
      commits.push(...offsets.map(({ offset }) => offset));
    },
    isRunning: () => true,
  });
  const client = () => clients.at(-1) as (typeof clients)[number];
  /** Resolves what later connects wait for. */
  const holdConnects = (): (() => void) => {
    let go = () => {};
    connecting = new Promise((resolve) => {
      go = resolve;
    });
    return go;
  };
  const pass = (ms: number) => (nowMs += ms);
  calls.length = 0;
  return { consumption, client, clients, fetched, calls, commits, commitFailures, holdConnects, pass };
}

describe('Kafka consumption', () => {
  it('asks a coordinator that was silent for a session before it takes anything up; what is only sent back is no progress', async () => {
    const stale: boolean[] = [];
    const { consumption, client, fetched, pass } = await setUp(async (batch) => {
      stale.push(batch.isStale());
      return { kind: 'seek', offset: batch.records[0]?.offset ?? 0 };
    });
    client().events.joined([0]);
    pass(10_001);
    let asked = 0;
    const silent = async () => {
      asked += 1;
      throw new Error('no answer');
    };
    await expect(client().eachBatch(fetched(0, 2, silent))).rejects.toThrow('no answer');
    expect([asked, stale]).toEqual([1, []]);
    const answered = async () => client().events.heard();
    await client().eachBatch(fetched(0, 2, answered));
    expect(stale).toEqual([false]);
    const heardAtMs = consumption.health().lastProgressAtMs;
    pass(5_000);
    client().events.passed(0, 1);
    await client().eachBatch(fetched(0, 2));
    expect(consumption.health().lastProgressAtMs).toBe(heardAtMs);
    await consumption.close();
  });

  it('hands a fetch over in pieces and commits what is done when it closes, before it leaves', async () => {
    const sizes: number[] = [];
    const { consumption, client, fetched, calls, commits } = await setUp((batch) => {
      sizes.push(batch.records.length);
      return done(batch);
    });
    client().events.joined([0]);
    await client().eachBatch(fetched(10, 5));
    expect(sizes).toEqual([2, 2, 1]);
    expect(calls).toEqual(['resolve 11', 'resolve 13', 'resolve 14']);
    expect(commits).toEqual([]);
    await consumption.close();
    expect(commits).toEqual([15]);
    expect(calls.slice(-2)).toEqual(['stop', 'disconnect']);
  });

  it('says that commits fail, once for each cause until one succeeds, and tells of each', async () => {
    const told: string[] = [];
    const warn = (fields: object, phrase: string) => told.push(`${JSON.stringify(fields)} ${phrase}`);
    const { consumption, client, fetched, commitFailures } = await setUp(done, { ...silentLog, warn });
    client().events.joined([0]);
    const lost = async () => {
      throw new Error('the group is rebalancing');
    };
    /** A failed heartbeat commits at once what is done until then. */
    const commitEnding = async (first: number, commit: FetchedBatch['commit']): Promise<void> => {
      await client().eachBatch({ ...fetched(first, 2), commit });
      await expect(client().eachBatch({ ...fetched(first, 2, lost), commit })).rejects.toThrow('rebalancing');
      client().events.joined([0]);
    };
    const refusing = (reason: string) => async () => {
      throw new Error(reason);
    };
    await commitEnding(0, refusing('no coordinator'));
    await commitEnding(2, refusing('no coordinator'));
    expect(told).toEqual([expect.stringMatching(/no coordinator.*commit failed/)]);
    await commitEnding(4, refusing('not authorised'));
    expect(told).toHaveLength(2);
    await commitEnding(6, async () => undefined);
    await commitEnding(8, refusing('not authorised'));
    expect(told).toHaveLength(3);
    expect(new Set(commitFailures)).toEqual(new Set(['no coordinator', 'not authorised']));
    expect(commitFailures.length).toBeGreaterThanOrEqual(4);
    await consumption.close();
  });

  it('drops what a handler made of a partition that was dealt out anew meanwhile', async () => {
    let rebalance = (): void => undefined;
    const stale: boolean[] = [];
    const assignments: number[] = [];
    const { consumption, client, fetched, calls, commits } = await setUp(async (batch) => {
      assignments.push(batch.assignment);
      stale.push(batch.isStale());
      rebalance();
      stale.push(batch.isStale());
      return done(batch);
    });
    client().events.joined([0]);
    rebalance = () => {
      client().events.rebalancing();
      client().events.joined([0]);
    };
    await client().eachBatch(fetched(0, 2));
    expect(stale).toEqual([false, true]);
    rebalance = () => undefined;
    await client().eachBatch(fetched(0, 2));
    expect(assignments[1]).toBeGreaterThan(assignments[0] ?? Number.POSITIVE_INFINITY);
    await consumption.close();
    expect(calls.filter((call) => call.startsWith('resolve'))).toEqual(['resolve 1']);
    expect(commits).toEqual([2]);
  });

  it('calls a batch stale when the coordinator has not heard from us for a session', async () => {
    const stale: boolean[] = [];
    let wait = (): void => undefined;
    const { consumption, client, fetched, pass } = await setUp(async (batch) => {
      stale.push(batch.isStale());
      wait();
      stale.push(batch.isStale());
      return { kind: 'seek', offset: 0 };
    });
    wait = () => pass(10_001);
    client().events.joined([0]);
    await client().eachBatch(fetched(0, 1));
    await consumption.close();
    expect(stale).toEqual([false, true]);
  });

  it('commits what is done before a failed heartbeat has the client join again, and takes up nothing in between', async () => {
    let handled = 0;
    const { consumption, client, fetched, commits } = await setUp((batch) => {
      handled += 1;
      return done(batch);
    });
    const rebalancing = async (): Promise<void> => {
      throw new Error('REBALANCE_IN_PROGRESS');
    };
    client().events.joined([0]);
    await expect(client().eachBatch(fetched(0, 4, rebalancing))).rejects.toThrow('REBALANCE_IN_PROGRESS');
    await expect(client().eachBatch(fetched(2, 2, rebalancing))).rejects.toThrow('REBALANCE_IN_PROGRESS');
    expect(handled).toBe(1);
    expect(commits).toEqual([2]);
    await consumption.close();
  });

  it('keeps a defect of the handler from the client, and reads the same records again', async () => {
    const { consumption, client, fetched, calls, commits } = await setUp(async () => {
      throw new TypeError('a defect');
    });
    client().events.joined([0]);
    await client().eachBatch(fetched(7, 2));
    expect(calls).toEqual(['pause 0', 'seek 0 7']);
    expect(consumption.health()).toMatchObject({ state: 'running', lastError: 'a defect' });
    await consumption.close();
    expect(commits).toEqual([]);
  });

  it('says that it has crashed, and is not started again once it is closed', async () => {
    const { consumption, client, clients } = await setUp(done);
    client().events.joined([0]);
    client().events.crashed(new Error('no broker'));
    expect(consumption.health()).toMatchObject({ state: 'crashed', assignedPartitions: [], lastError: 'no broker' });
    await consumption.close();
    expect(consumption.health().state).toBe('stopped');
    expect(clients).toHaveLength(1);
  });

  it('that falls over behind each join makes no progress, says so, and waits longer each time, until it has lasted for a session', async () => {
    const { consumption, client, clients, pass } = await setUp(done);
    const joinAndFall = async () => {
      const before = clients.length;
      client().events.joined([0]);
      client().events.heard();
      client().events.crashed(new Error('a codec that nobody knows'));
      await eventually('it starts again', async () => clients.length > before, 20_000);
      pass(1_000);
    };
    await joinAndFall();
    expect(consumption.health().lastProgressAtMs).toBe(0);
    await joinAndFall();
    expect(consumption.health().lastProgressAtMs).toBe(1_000);
    client().events.joined([0]);
    client().events.heard();
    expect(consumption.health()).toMatchObject({
      state: 'crashed',
      lastError: 'a codec that nobody knows',
      lastProgressAtMs: 1_000,
    });
    pass(10_001);
    client().events.heard();
    expect(consumption.health()).toMatchObject({ state: 'running', lastProgressAtMs: 2_000 + 10_001 });
    await consumption.close();
  });

  it('that is closed while it starts again leaves nobody behind in the group', async () => {
    const { consumption, client, clients, calls, holdConnects } = await setUp(done);
    client().events.joined([0]);
    const connect = holdConnects();
    client().events.crashed(new Error('no broker'));
    await eventually('it connects again', () => calls.includes('connect'));
    const closed = consumption.close();
    connect();
    await closed;
    expect(clients).toHaveLength(1);
    expect(calls).toEqual(['connect', 'disconnect', 'stop', 'disconnect']);
  });

  it('listens to a client up to its crash, and not to what it says behind it', async () => {
    const { consumption, client, clients } = await setUp(done);
    const old = client();
    old.events.crashed(new Error('no broker'));
    await eventually('it has another client', () => clients.length === 2);
    client().events.joined([0]);
    old.events.rebalancing();
    old.events.crashed(new Error('gone'));
    expect(consumption.health()).toMatchObject({ state: 'running', assignedPartitions: [0], lastError: 'no broker' });
    await consumption.close();
  });

  it('gets nowhere while it is joining, however often Kafka hears of it', async () => {
    const { consumption, client, pass } = await setUp(done);
    client().events.joined([0]);
    client().events.rebalancing();
    const { lastProgressAtMs } = consumption.health();
    pass(5_000);
    client().events.heard();
    expect(consumption.health().lastProgressAtMs).toBe(lastProgressAtMs);
    client().events.joined([0]);
    expect(consumption.health().lastProgressAtMs).toBe(lastProgressAtMs + 5_000);
    await consumption.close();
  });
});
