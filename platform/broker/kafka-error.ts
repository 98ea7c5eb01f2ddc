import { BrokerUnavailable } from './broker.ts';

/** What an error of the Kafka client carries, as far as we look. */
interface ClientError {
  name?: unknown;
  message?: unknown;
  type?: unknown;
  apiId?: unknown;
  code?: unknown;
  cause?: unknown;
  errors?: unknown;
}

/** The protocol's own name of what went wrong (`TOPIC_AUTHORIZATION_FAILED`), or the client's name or code for it. */
export function kafkaErrorTypes(error: unknown): string[] {
  const types: string[] = [];
  let current = error as ClientError | undefined;
  // Bounded: a chain of causes may be a ring.
  for (let depth = 0; depth < 8 && typeof current === 'object' && current !== null; depth++) {
    const { type, apiId, code, name } = current;
    for (const each of [type, apiId, code, name]) if (typeof each === 'string') types.push(each);
    if (Array.isArray(current.errors)) types.push(...current.errors.flatMap(kafkaErrorTypes));
    current = current.cause as ClientError | undefined;
  }
  return types;
}

const credentialsFix = 'Kafka refused the credentials; check the user name, the password and the mechanism';

/** What an operator can do about it. The first that matches is told. */
const fixes: readonly (readonly [type: string, fix: string])[] = [
  ['UNKNOWN_TOPIC_OR_PARTITION', 'the topic does not exist; create it with `gaitkeeper topics apply`'],
  ['TOPIC_AUTHORIZATION_FAILED', 'this principal may not use the topic; grant it Read or Write on it'],
  ['GROUP_AUTHORIZATION_FAILED', 'this principal may not use the consumer group; grant it Read on the group'],
  [
    'CLUSTER_AUTHORIZATION_FAILED',
    'this principal may not produce idempotently or manage the cluster; grant it Write on its topics (IdempotentWrite on the cluster before Kafka 2.8)',
  ],
  [
    'KafkaJSGroupCoordinatorNotFound',
    'no coordinator for the consumer group; grant this principal Read on the group, or wait until the cluster has its offsets topic',
  ],
  ['KafkaJSSASLAuthenticationError', credentialsFix],
  ['PLT_KFK_AUTHENTICATION', credentialsFix],
  ['NOT_ENOUGH_REPLICAS', 'too few replicas are in sync; bring brokers back, or lower min.insync.replicas'],
  [
    'NOT_ENOUGH_REPLICAS_AFTER_APPEND',
    'too few replicas are in sync; bring brokers back, or lower min.insync.replicas',
  ],
  ['KAFKA_STORAGE_ERROR', 'a broker cannot write its log; check its disk'],
];

/** A record that no retry makes acceptable. */
const refusals: readonly (readonly [type: string, why: string])[] = [
  ['MESSAGE_TOO_LARGE', 'a record is larger than the topic takes; raise its max.message.bytes, or send less'],
  [
    'RECORD_LIST_TOO_LARGE',
    'the records are larger than a segment of the topic; raise its segment.bytes, or send less',
  ],
  ['INVALID_RECORD', 'the topic refuses a record; a compacted topic takes no record without a key'],
  ['INVALID_TIMESTAMP', 'the topic refuses a timestamp; check the clocks'],
  ['INVALID_REPLICATION_FACTOR', 'the cluster has fewer brokers than the replication factor asks for'],
  ['INVALID_PARTITIONS', 'the number of partitions is refused'],
  ['INVALID_CONFIG', 'the topic configuration is refused'],
  ['POLICY_VIOLATION', "the cluster's policy refuses it"],
];

/** The error says that what was asked is at fault, not the cluster: trying again cannot help. */
export function isRefusal(error: unknown): boolean {
  return error instanceof RangeError || kafkaErrorTypes(error).some((type) => refusals.some(([each]) => each === type));
}

const passing = new Set([
  'LEADER_NOT_AVAILABLE',
  'NOT_LEADER_FOR_PARTITION',
  'NOT_LEADER_OR_FOLLOWER',
  'GROUP_LOAD_IN_PROGRESS',
  'GROUP_COORDINATOR_NOT_AVAILABLE',
  'NOT_COORDINATOR_FOR_GROUP',
  'COORDINATOR_LOAD_IN_PROGRESS',
  'COORDINATOR_NOT_AVAILABLE',
  'NOT_COORDINATOR',
  'NOT_CONTROLLER',
]);

/** A leader or a coordinator is on the move, or a topic is milliseconds old: asked again shortly, it is answered. */
export function isPassing(error: unknown): boolean {
  return kafkaErrorTypes(error).some((type) => passing.has(type));
}

/** An answer's name or code in each client library. */
const answers = new Set(['KafkaJSProtocolError', 'PLT_KFK_PROTOCOL']);

/** The cluster has answered, if not as hoped: the connection is sound. */
export function isAnswer(error: unknown): boolean {
  return kafkaErrorTypes(error).some((type) => answers.has(type));
}

/** An error of the Kafka client in the port's words: what was being done, what is wrong, what to do about it. */
export function toBrokerError(error: unknown, doing: string, brokers: readonly string[]): Error {
  if (error instanceof BrokerUnavailable || error instanceof RangeError) return error;
  const types = kafkaErrorTypes(error);
  const told = (table: typeof fixes): string | undefined => table.find(([type]) => types.includes(type))?.[1];
  const refused = told(refusals);
  if (refused !== undefined) return new Error(`${doing}: ${refused}`, { cause: error });
  const detail = error instanceof Error ? error.message : String(error);
  const fix = told(fixes) ?? `no answer from Kafka at ${brokers.join(', ')}; is it running, and is the address right?`;
  return new BrokerUnavailable(`${doing}: ${fix} (${detail})`, { cause: error });
}
