import type { Consumer, Kafka, RetryOptions } from 'kafkajs';
import type { ConsumerClient, CreateConsumer } from '../consumer-client.ts';
import { fetchWaitMs, maxFetchBytes } from '../kafka-clients.ts';
import { safeOffset } from '../kafka-record.ts';
import { within } from '../within.ts';
import { createSetBackWatch } from './set-back-watch.ts';

/** Consumers of kafkajs; `attempts` are the client's own, before it gives up. */
export function adaptConsumer(kafka: Pick<Kafka, 'consumer'>, attempts: RetryOptions): CreateConsumer {
  return (settings, events) => {
    const consumer: Consumer = kafka.consumer({
      groupId: settings.group,
      sessionTimeout: settings.sessionTimeoutMs,
      rebalanceTimeout: settings.sessionTimeoutMs * 2,
      heartbeatInterval: Math.ceil(settings.sessionTimeoutMs / 10),
      maxBytesPerPartition: settings.maxBytesPerPartition,
      maxBytes: maxFetchBytes,
      maxWaitTimeInMs: fetchWaitMs,
      allowAutoTopicCreation: false,
      // Restarting is ours: the client restarts after some errors, stops for good after others, and has no bound on the pace.
      retry: { ...attempts, restartOnFailure: async () => false },
    });
    // The client counts by the computer's clock from heartbeat to heartbeat: set back by an hour, it would send none for an hour.
    const clock = createSetBackWatch();
    let rejoining = false;
    const looking = setInterval(() => {
      const setBackMs = clock.setBackMs();
      if (setBackMs > settings.sessionTimeoutMs / 3)
        giveUp(`the computer's clock was set back by ${Math.round(setBackMs / 1000)} s`);
    }, settings.sessionTimeoutMs / 10).unref();
    const lookNoMore = () => clearInterval(looking);
    let givenUp = false;
    /** Leaves the group and says that another consumer is needed. */
    const giveUp = (why: string): void => {
      if (givenUp) return;
      givenUp = true;
      lookNoMore();
      const left = within(consumer.disconnect(), settings.sessionTimeoutMs, () => new Error('no disconnect'));
      void left.catch(() => undefined).then(() => events.crashed(new Error(why)));
    };
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
      rejoining = false;
      events.joined(payload.memberAssignment[settings.topic] ?? []);
    });
    consumer.on(consumer.events.REBALANCING, () => {
      rejoining = true;
      events.rebalancing();
    });
    consumer.on(consumer.events.DISCONNECT, lookNoMore);
    consumer.on(consumer.events.CRASH, lookNoMore);
    consumer.on(consumer.events.HEARTBEAT, () => {
      clock.forget();
      // Where joining again fails for want of a connection, the client goes on with the membership that it had; a coordinator
      // that was started again meanwhile, and knows nothing of the rebalance, lets it. Nobody tells us, so that nothing is
      // ours: we would leave what it fetches, for ever.
      if (rejoining) giveUp('the client goes on with an old membership, after a rebalance that it did not join');
      else events.heard();
    });
    consumer.on(consumer.events.COMMIT_OFFSETS, () => events.heard());
    consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload }) => {
      events.passed(payload.partition, safeOffset(payload.lastOffset));
    });
    consumer.on(consumer.events.CRASH, ({ payload }) => events.crashed(payload.error));
    return adaptRunning(consumer, settings.topic);
  };
}

function adaptRunning(consumer: Consumer, topic: string): ConsumerClient {
  let started: Promise<void> = Promise.resolve();
  /** The client cannot be stopped while it joins for the first time: it forgets that it was asked to, and stays for ever. */
  const joinedOrNot = () => started.catch(() => undefined);
  return {
    connect: () => consumer.connect(),
    subscribe: () => consumer.subscribe({ topic, fromBeginning: true }),
    run: (partitionsConsumedConcurrently, eachBatch) => {
      started = consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        partitionsConsumedConcurrently,
        eachBatch: ({ batch, resolveOffset, heartbeat, commitOffsetsIfNecessary, isRunning }) =>
          eachBatch({
            partition: batch.partition,
            highWatermark: batch.highWatermark,
            messages: batch.messages,
            resolveOffset: (offset) => resolveOffset(String(offset)),
            heartbeat,
            // Named offsets are committed at once, and once only: a retry could come under a later membership.
            commit: (offsets) => {
              const partitions = offsets.map(({ partition, offset }) => ({ partition, offset: String(offset) }));
              return commitOffsetsIfNecessary({ topics: [{ topic, partitions }] });
            },
            isRunning,
          }),
      });
      return started;
    },
    seek: (partition, offset) => consumer.seek({ topic, partition, offset: String(offset) }),
    pause: (partition) => consumer.pause([{ topic, partitions: [partition] }]),
    resume: (partition) => {
      try {
        consumer.resume([{ topic, partitions: [partition] }]);
      } catch {
        // A consumer that has stopped has nothing to resume.
      }
    },
    stop: () => joinedOrNot().then(() => consumer.stop()),
    disconnect: () => joinedOrNot().then(() => consumer.disconnect()),
  };
}
