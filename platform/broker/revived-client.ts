import type { ConsumerClient, ConsumerEvents, ConsumerSettings, CreateConsumer } from './consumer-client.ts';
import type { BrokerLog } from './kafka-log.ts';
import { untilCrashed } from './until-crashed.ts';

/** Of whom the clients are, and what each is for. */
export interface RevivedClientOptions {
  settings: ConsumerSettings;
  createConsumer: CreateConsumer;
  events: ConsumerEvents & {
    /** Another client is on its way into the group. */
    startsAgain(): void;
  };
  /** Rejects where the client cannot go on. */
  run(client: ConsumerClient): Promise<void>;
  log: BrokerLog;
}

/** A consumer whose client is replaced whenever it has crashed. */
export interface RevivedClient {
  /** Connects the first one. Rejects as the client does when the cluster cannot be reached. */
  start(): Promise<void>;
  /** The one that runs has shown that it can: the next pause is short again. */
  hasProved(): void;
  /** The one that runs, or ran last. Only behind a `start`. */
  current(): ConsumerClient;
  /** None is started any more; resolves when a start under way has come to nothing. */
  end(): Promise<void>;
}

const firstRestartMs = 500;
const longestRestartMs = 5_000;

/** Replaces a client after pauses that grow until one has shown that it can go on. */
export function createRevivedClient({
  settings,
  createConsumer,
  events,
  run,
  log,
}: RevivedClientOptions): RevivedClient {
  const { group, topic } = settings;
  let client: ConsumerClient;
  let restarts = 0;
  let timer: NodeJS.Timeout | undefined;
  let restarting: Promise<void> | undefined;
  let ended = false;

  const crashed = (error: Error): void => {
    events.crashed(error);
    if (!ended) startAgain(error);
  };
  const start = async (): Promise<void> => {
    const told = untilCrashed({ ...events, crashed });
    const fresh = createConsumer(settings, told);
    try {
      await fresh.connect();
      await fresh.subscribe(topic);
    } catch (error) {
      await fresh.disconnect().catch(() => undefined);
      throw error;
    }
    if (ended) {
      await fresh.disconnect();
      return;
    }
    client = fresh;
    run(fresh).catch((error: unknown) => told.crashed(toError(error)));
  };
  const startAgain = (error: Error): void => {
    const inMs = Math.min(firstRestartMs * 2 ** restarts, longestRestartMs);
    restarts += 1;
    log.warn({ topic, group, inMs, error: error.message }, 'consumer starts again');
    clearTimeout(timer);
    timer = setTimeout(() => {
      events.startsAgain();
      restarting = start().catch((failure: unknown) => crashed(toError(failure)));
    }, inMs);
  };

  return {
    start,
    hasProved: () => {
      restarts = 0;
    },
    current: () => client,
    end: async () => {
      ended = true;
      clearTimeout(timer);
      await restarting;
    },
  };
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
