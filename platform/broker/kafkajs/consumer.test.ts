import { EventEmitter } from 'node:events';
import { beforeEach, describe, expect, it } from '@jest/globals';
import kafkajs, { type Consumer } from 'kafkajs';
import { eventually } from '../../../test/contracts/eventually.ts';
import type { ConsumerClient, ConsumerEvents } from '../consumer-client.ts';
import { adaptConsumer } from './consumer.ts';

const { events: named } = new kafkajs.Kafka({ brokers: ['nowhere:9092'] }).consumer({ groupId: 'g' });
const settings = { group: 'g', topic: 't', sessionTimeoutMs: 10_000, maxBytesPerPartition: 1_024 };

/** A consumer of kafkajs in its names and events alone: what happens to it is told to it. */
let client: EventEmitter;
let told: string[];
let adapted: ConsumerClient;
/** The client has joined its group, or not. */
let joined: () => void;

beforeEach(() => {
  client = new EventEmitter();
  told = [];
  const events: ConsumerEvents = {
    joined: (partitions) => told.push(`joined ${partitions.join()}`),
    rebalancing: () => told.push('rebalancing'),
    heard: () => told.push('heard'),
    passed: () => told.push('passed'),
    crashed: ({ message }) => told.push(`crashed: ${message}`),
  };
  const disconnect = async () => {
    told.push('disconnect');
    client.emit(named.DISCONNECT);
  };
  const stop = async () => told.push('stop');
  const running = new Promise<void>((resolve) => {
    joined = resolve;
  });
  const run = () => running;
  const consumer = Object.assign(client, { events: named, run, stop, disconnect }) as unknown as Consumer;
  adapted = adaptConsumer({ consumer: () => consumer }, {})(settings, events);
});

const join = () => client.emit(named.GROUP_JOIN, { payload: { memberAssignment: { t: [0, 2] } } });

describe('a consumer of kafkajs', () => {
  it('tells what it is given, and that its coordinator hears it', () => {
    join();
    client.emit(named.HEARTBEAT);
    client.emit(named.REBALANCING);
    join();
    client.emit(named.HEARTBEAT);
    client.emit(named.DISCONNECT);
    expect(told).toEqual(['joined 0,2', 'heard', 'rebalancing', 'joined 0,2', 'heard']);
  });

  // A broker that dies in the middle of a rebalance: kafkajs cannot join, tries again from the top, which is fetching, and the
  // coordinator that has started again knows the membership of before. Its records were handed out and left, for ever.
  it('is given up where it goes on with the membership that it had before a rebalance', async () => {
    join();
    client.emit(named.REBALANCING);
    client.emit(named.HEARTBEAT);
    client.emit(named.HEARTBEAT);
    await eventually('it is given up', () => told.some((each) => each.startsWith('crashed')));
    expect(told).toEqual([
      'joined 0,2',
      'rebalancing',
      'disconnect',
      'crashed: the client goes on with an old membership, after a rebalance that it did not join',
    ]);
  });

  // Asked to stop while its first join was under way, kafkajs forgot about it, joined, and kept its partitions to itself.
  it('is stopped behind its first join, since it would not hear of it before', async () => {
    const running = adapted.run(1, async () => undefined);
    const left = adapted.stop().then(() => adapted.disconnect());
    await Promise.resolve();
    expect(told).toEqual([]);
    joined();
    await Promise.all([running, left]);
    expect(told).toEqual(['stop', 'disconnect']);
  });
});
