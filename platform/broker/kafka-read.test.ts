import { describe, expect, it } from '@jest/globals';
import type { ConsumerEvents, FetchedBatch } from './consumer-client.ts';
import { readKafkaTopic } from './kafka-read.ts';

describe('reading a Kafka topic', () => {
  it('hands every record over once, also where the membership ends while the reader takes its time', async () => {
    const records = 6;
    const seeks: number[] = [];
    let heartbeats = 0;
    let mayTakeMore = (): void => undefined;
    const membershipEnded = new Promise<void>((resolve) => {
      mayTakeMore = resolve;
    });
    const heartbeat = async (): Promise<void> => {
      heartbeats += 1;
      if (heartbeats === 1) throw new Error('the group is rebalancing');
    };
    const fetchedFrom = (first: number, resolved: (offset: number) => void): FetchedBatch => ({
      partition: 0,
      highWatermark: `${records}`,
      messages: Array.from({ length: Math.min(3, records - first) }, (_, index) => ({
        ...{ offset: `${first + index}`, timestamp: '0', key: null, value: null },
      })),
      resolveOffset: resolved,
      heartbeat,
      commit: async () => undefined,
      isRunning: () => true,
    });
    /** A client that joins again, and seeks to where it is told, whenever a batch has failed. */
    const createConsumer = (_: unknown, events: ConsumerEvents) => {
      let position = 0;
      let connected = true;
      const run = async (_concurrency: number, eachBatch: (fetched: FetchedBatch) => Promise<void>) => {
        events.joined([0]);
        while (connected && position < records) {
          try {
            await eachBatch(fetchedFrom(position, (offset) => (position = offset + 1)));
          } catch {
            events.rebalancing();
            events.joined([0]);
            mayTakeMore();
          }
        }
      };
      const seek = (_partition: number, offset: number) => {
        position = offset;
        seeks.push(offset);
      };
      const nothing = async () => undefined;
      const disconnect = async () => {
        connected = false;
      };
      return {
        ...{ connect: nothing, subscribe: nothing, stop: nothing, disconnect },
        ...{ pause: () => undefined, resume: () => undefined, run, seek },
      };
    };
    const read: number[] = [];
    const reading = readKafkaTopic({
      read: { topic: 't', from: 'earliest', until: 'end' },
      offsets: async () => [{ partition: 0, low: 0, high: records }],
      createConsumer,
      idleTimeoutMs: 30_000,
      now: () => 0,
    });
    for await (const { offset } of reading) {
      read.push(offset);
      if (offset === 0) await membershipEnded;
    }
    expect(read).toEqual([0, 1, 2, 3, 4, 5]);
    expect(seeks).toEqual([0, 3]);
  });
});
