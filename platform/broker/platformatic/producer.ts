import type { Base, Broker, initProducerIdV5, MessageRecord, produceV11 } from '@platformatic/kafka';
import { steadyNowMs } from '../../clock.ts';
import type { KafkaClientSettings } from '../kafka-clients.ts';
import type { PartitionAcknowledgement, ProducerClient, TopicMessages } from '../kafka-producer.ts';
import { createSendByLeader } from '../send-by-leader.ts';
import type { PlatformaticConnections } from './connections.ts';
import { ask, askAny, findPlaces, partialAnswer } from './requests.ts';

const allInSyncReplicas = -1;
const none = { id: -1n, epoch: -1 };

/** The records of one partition on their way. */
interface Stack {
  topic: string;
  partition: number;
  records: MessageRecord[];
}

/**
 * An idempotent producer over the library's requests. The library's own producer is not used: when one of several
 * partitions fails, it either repeats the acknowledged ones under new sequence numbers or forgets that they were acknowledged.
 */
export function createPlatformaticProducer(
  connections: PlatformaticConnections,
  { requestTimeoutMs, compression }: KafkaClientSettings,
): ProducerClient {
  let client: Base | undefined;
  let producer = none;
  /** The sequence number of the next record, by place. */
  const sequences = new Map<string, number>();

  const connected = (): Base => {
    if (client === undefined) throw new Error('this producer is not connected');
    return client;
  };
  const sendTo = async (broker: Broker, topics: readonly TopicMessages[]): Promise<PartitionAcknowledgement[]> => {
    const stacks = stackUp(topics);
    const { NumericMap } = await import('@platformatic/kafka');
    const from = new NumericMap();
    for (const { topic, partition } of stacks) {
      // The library's key for the same place.
      from.set(`${topic}:${partition}`, sequences.get(placeOf(topic, partition)) ?? 0);
    }
    const answer = await ask<typeof produceV11.api>(
      connected(),
      connected().connections,
      broker,
      'Produce',
      allInSyncReplicas,
      requestTimeoutMs,
      stacks.flatMap(({ records }) => records),
      { compression, producerId: producer.id, producerEpoch: producer.epoch, sequences: from },
      // Where some partitions failed, the others are in the same answer.
    ).catch((error: unknown) => ({ ...partialAnswer<produceV11.ProduceResponse>(error), error }));
    if (typeof answer === 'boolean') throw new Error('a produce request was not answered');
    const acknowledged = answer.responses.flatMap(({ name, partitionResponses }) =>
      partitionResponses
        .filter(({ errorCode }) => errorCode === 0)
        .map(({ index, baseOffset }) => ({ topicName: name, partition: index, baseOffset })),
    );
    for (const { topicName, partition } of acknowledged) {
      const sent = stacks.find((stack) => stack.topic === topicName && stack.partition === partition);
      const place = placeOf(topicName, partition);
      // Sequence numbers go round behind 2^31 - 1.
      sequences.set(place, ((sequences.get(place) ?? 0) + (sent?.records.length ?? 0)) % 2 ** 31);
    }
    if ('error' in answer && acknowledged.length === 0) throw answer.error;
    return acknowledged;
  };

  return {
    connect: async () => {
      client = await connections.client(requestTimeoutMs);
      const { producerId, producerEpoch } = await askAny<typeof initProducerIdV5.api>(
        client,
        'InitProducerId',
        null,
        requestTimeoutMs,
        none.id,
        none.epoch,
      );
      producer = { id: producerId, epoch: producerEpoch };
    },
    send: createSendByLeader<Broker>({
      findLeaders: async (topic) => {
        const { partitions, brokers } = await findPlaces(connected(), topic);
        return partitions.map(({ leader }) => brokers.get(leader));
      },
      keyOf: ({ host, port }) => `${host}:${port}`,
      sendTo,
      now: steadyNowMs,
    }),
    disconnect: async () => {
      await client?.close();
    },
  };
}

function placeOf(topic: string, partition: number): string {
  return `${topic} ${partition}`;
}

function stackUp(topicMessages: readonly TopicMessages[]): Stack[] {
  const stacks = new Map<string, Stack>();
  for (const { topic, messages } of topicMessages) {
    for (const { key, value, partition, headers } of messages) {
      const place = placeOf(topic, partition);
      const stack = stacks.get(place) ?? { topic, partition, records: [] };
      stacks.set(place, stack);
      stack.records.push({
        ...{ topic, partition },
        // The library writes a tombstone for null, although its type does not say so.
        value: value as Buffer,
        ...(key === null ? {} : { key }),
        ...(headers === undefined ? {} : { headers: encodeHeaders(headers) }),
      });
    }
  }
  return [...stacks.values()];
}

function encodeHeaders(headers: Record<string, string>): Map<Buffer, Buffer> {
  return new Map(Object.entries(headers).map(([name, value]) => [Buffer.from(name), Buffer.from(value)]));
}
