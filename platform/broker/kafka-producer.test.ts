import { describe, expect, it } from '@jest/globals';
import { BrokerUnavailable } from './broker.ts';
import { silentLog } from './kafka-log.ts';
import { createKafkaProducer, type PartitionAcknowledgement, type TopicMessages } from './kafka-producer.ts';

type Send = (topics: TopicMessages[]) => Promise<PartitionAcknowledgement[]>;

const values = (topics: TopicMessages[]): string[] =>
  topics.flatMap(({ messages }) => messages.map(({ value }) => value?.toString() ?? ''));
const record = (value: string, partition: number) => ({ topic: 't', key: null, value: Buffer.from(value), partition });
const protocolError = (type: string): Error => Object.assign(new Error(type), { type, name: 'KafkaJSProtocolError' });
const acknowledge = (topics: TopicMessages[]): PartitionAcknowledgement[] =>
  topics.flatMap(({ topic, messages }) =>
    [...new Set(messages.map(({ partition }) => partition))].map((partition) => ({
      ...{ topicName: topic, partition, baseOffset: `${partition * 100}` },
    })),
  );

/** A producer whose clients answer, send by send, as told. */
function setUp(answers: Send[]) {
  const sends: string[][] = [];
  let clients = 0;
  let disconnected = 0;
  const producer = createKafkaProducer({
    createClient: () => {
      clients += 1;
      return {
        connect: async () => undefined,
        send: async (topics) => {
          sends.push(values(topics));
          return (answers.shift() ?? (async () => acknowledge(topics)))(topics);
        },
        disconnect: async () => {
          disconnected += 1;
        },
      };
    },
    now: Date.now,
    log: silentLog,
  });
  return { producer, sends, clients: () => clients, disconnected: () => disconnected };
}

describe('Kafka producer', () => {
  it('works out every position from the first offset of its partition', async () => {
    const { producer } = setUp([]);
    const positions = await producer.send([record('a', 1), record('b', 2), record('c', 1)], Date.now() + 1_000);
    expect(positions.map(({ partition, offset }) => [partition, offset])).toEqual([
      [1, 100],
      [2, 200],
      [1, 101],
    ]);
  });

  it('sends again what a reported success says nothing about', async () => {
    const partial: Send = async (topics) => acknowledge(topics).filter(({ partition }) => partition !== 2);
    const { producer, sends, clients } = setUp([partial]);
    const positions = await producer.send([record('a', 1), record('b', 2), record('c', 1)], Date.now() + 5_000);
    expect(positions.map(({ offset }) => offset)).toEqual([100, 200, 101]);
    expect(sends).toEqual([['a', 'b', 'c'], ['b']]);
    expect(clients()).toBe(1);
  });

  it('repeats a failed send on the same producer, where the broker can tell a repetition', async () => {
    const { producer, sends, clients } = setUp([() => Promise.reject(protocolError('NOT_LEADER_FOR_PARTITION'))]);
    await producer.send([record('a', 1)], Date.now() + 5_000);
    expect(sends).toEqual([['a'], ['a']]);
    expect(clients()).toBe(1);
  });

  it('takes a new producer when the broker and the old one disagree about the sequence', async () => {
    const { producer, clients, disconnected } = setUp([
      () => Promise.reject(protocolError('OUT_OF_ORDER_SEQUENCE_NUMBER')),
    ]);
    await producer.send([record('a', 1)], Date.now() + 5_000);
    expect(clients()).toBe(2);
    expect(disconnected()).toBeGreaterThan(0);
  });

  it('never sends other records under the sequence numbers of a send whose fate is unknown', async () => {
    const { producer, clients } = setUp([() => new Promise(() => undefined)]);
    await expect(producer.send([record('a', 1)], Date.now() + 50)).rejects.toThrow(BrokerUnavailable);
    await producer.send([record('b', 1)], Date.now() + 5_000);
    expect(clients()).toBe(2);
  });

  it('gives up at the deadline', async () => {
    const away: Send = () => Promise.reject(new Error('connect ECONNREFUSED'));
    const { producer } = setUp(Array.from({ length: 100 }, () => away));
    await expect(producer.send([record('a', 1)], Date.now() + 50)).rejects.toThrow(/ECONNREFUSED/);
  });

  it('does not repeat what is refused', async () => {
    const { producer, sends } = setUp([() => Promise.reject(protocolError('MESSAGE_TOO_LARGE'))]);
    await expect(producer.send([record('a', 1)], Date.now() + 5_000)).rejects.toThrow(/MESSAGE_TOO_LARGE/);
    expect(sends).toEqual([['a']]);
  });
});
