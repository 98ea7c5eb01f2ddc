import { once } from 'node:events';
import type { API, Base, Broker, Connection, ConnectionPool, metadataV12 } from '@platformatic/kafka';
import { isAnswer, kafkaErrorTypes } from '../kafka-error.ts';

/** What a request of the library takes behind the connection. */
export type RequestArguments<Request> = Request extends API<infer Given, infer _> ? Given : never;
type Answer<Request> = Request extends API<infer _, infer Found> ? Found : never;

/** Where a partition is. */
export interface PartitionPlace {
  /** The leader's number; -1 where there is none now. */
  leader: number;
  leaderEpoch: number;
  replicas: number;
}

/** A topic, and the brokers as the same answer told them: a leader is looked up nowhere else. */
export interface TopicPlaces {
  id: string;
  partitions: PartitionPlace[];
  brokers: ReadonlyMap<number, Broker>;
}

/**
 * Sends one request in the newest version that the library and the brokers have in common. `name` is Kafka's name of it;
 * the type parameter, the library's request of that name, gives arguments and answer. Rejects as the library does.
 */
export async function ask<Request>(
  client: Base,
  pool: ConnectionPool,
  broker: Broker,
  name: string,
  ...given: RequestArguments<Request>
): Promise<Answer<Request>> {
  return send<Request>(client, await pool.get(broker), name, given);
}

async function send<Request>(client: Base, connection: Connection, name: string, given: RequestArguments<Request>) {
  type Asked = API<RequestArguments<Request> & unknown[], Answer<Request>>;
  const library = await import('@platformatic/kafka');
  const api = await new Promise<Asked>((resolve, reject) => {
    client[library.kGetApi]<RequestArguments<Request> & unknown[], Answer<Request>>(name, (error, found) => {
      if (error !== null || found === undefined) reject(error);
      else resolve(found);
    });
  });
  return answered(connection, name, api.async(connection, ...given));
}

/**
 * A connection without an answer is let go: its host may be gone without a word, and the library misreads everything behind
 * an answer that comes too late.
 */
async function answered<Found>(connection: Connection, name: string, answer: Promise<Found>): Promise<Found> {
  try {
    return await answer;
  } catch (error) {
    if (!isBroken(error)) throw error;
    const { socket } = connection;
    if (!socket.closed) await once(socket.destroy(), 'close'); // only then the library, too, knows of it
    const { message } = error as Error;
    throw new Error(`${name} asked of ${connection.host}:${connection.port}: ${message}`, { cause: error });
  }
}

/** A connection to the first broker that takes one, of those that broke none or did so longest ago. */
async function anyConnection(client: Base): Promise<Connection> {
  const library = await import('@platformatic/kafka');
  return new Promise<Connection>((resolve, reject) => {
    client[library.kGetBootstrapConnection]((error, found) => {
      if (found === undefined) reject(error);
      else resolve(found);
    });
  });
}

/** As {@link ask}, of whichever broker answers: something may take connections for one that is down. */
export async function askAny<Request>(client: Base, name: string, ...given: RequestArguments<Request>) {
  const tried = new Set<string>();
  for (;;) {
    const connection = await anyConnection(client);
    const address = `${connection.host}:${connection.port}`;
    const isLast = tried.has(address);
    tried.add(address);
    try {
      // Lets the library know the brokers, so that one of them is reached although those of the configuration are down.
      await answered(connection, 'Metadata', client.metadata({ topics: [], forceUpdate: true }));
      return await send<Request>(client, connection, name, given);
    } catch (error) {
      if (isAnswer(error) || isLast) throw error;
    }
  }
}

/** Where a topic is now. A partition without a leader is told as such; rejects for a topic that the cluster does not tell of. */
export async function findPlaces(client: Base, topic: string): Promise<TopicPlaces> {
  const answer = await askAny<typeof metadataV12.api>(client, 'Metadata', [topic], false, false).catch(
    // Also a partition without a leader makes it an error; all that was asked for lies in it.
    (error: unknown) => partialAnswer<metadataV12.MetadataResponse>(error),
  );
  const [found] = answer.topics;
  if (found === undefined || found.errorCode !== 0) throw await protocolError(`topic ${topic}`, found?.errorCode ?? 3);
  const partitions: PartitionPlace[] = [];
  for (const { partitionIndex, leaderId, leaderEpoch, replicaNodes } of found.partitions) {
    partitions[partitionIndex] = { leader: leaderId, leaderEpoch, replicas: replicaNodes.length };
  }
  const brokers = new Map(answer.brokers.map(({ nodeId, host, port }) => [nodeId, { host, port }]));
  return { id: found.topicId, partitions, brokers };
}

/** What an answer holds in which something failed. Throws the error where it is no answer. */
export function partialAnswer<Found>(error: unknown): Found {
  const { response } = error as { response?: Found };
  if (response === undefined) throw error;
  return response;
}

/** An error as the library would make it, by the protocol's number. */
export async function protocolError(about: string, errorCode: number): Promise<Error & { apiId: string }> {
  const { protocolErrorsCodesById } = await import('@platformatic/kafka');
  const apiId = (protocolErrorsCodesById as Record<number, string>)[errorCode] ?? `error ${errorCode}`;
  return Object.assign(new Error(`${about}: ${apiId}`), { apiId, code: 'PLT_KFK_PROTOCOL' });
}

/** There was no answer: the connection broke, or never came about. */
export function isBroken(error: unknown): boolean {
  return kafkaErrorTypes(error).includes('PLT_KFK_NETWORK') && !isAnswer(error);
}
