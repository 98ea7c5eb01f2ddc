import { describe, expect, it } from '@jest/globals';
import { BrokerUnavailable } from './broker.ts';
import { isAnswer, isPassing, isRefusal, toBrokerError } from './kafka-error.ts';

/** As the client wraps it: the protocol's error as the cause of "retries exceeded". */
const wrapped = (type: string, name = 'KafkaJSProtocolError'): Error =>
  Object.assign(new Error('retries exceeded', { cause: Object.assign(new Error('inner'), { type, name }) }), {
    name: 'KafkaJSNumberOfRetriesExceeded',
  });
const translated = (error: unknown): Error => toBrokerError(error, 'produce', ['127.0.0.1:9092']);

describe('errors of the Kafka client', () => {
  it.each([
    ['TOPIC_AUTHORIZATION_FAILED', /grant it Read or Write/],
    ['CLUSTER_AUTHORIZATION_FAILED', /idempotently.*grant/],
    ['UNKNOWN_TOPIC_OR_PARTITION', /topics apply/],
    ['NOT_ENOUGH_REPLICAS', /in sync/],
    ['KAFKA_STORAGE_ERROR', /disk/],
  ])('%s is an outage with its fix', (type, fix) => {
    expect(translated(wrapped(type))).toBeInstanceOf(BrokerUnavailable);
    expect(translated(wrapped(type)).message).toMatch(fix);
  });

  it('a group without a coordinator may be a group that is not allowed', () => {
    const error = Object.assign(new Error('Failed to find group coordinator'), {
      name: 'KafkaJSGroupCoordinatorNotFound',
    });
    expect(translated(error).message).toMatch(/grant this principal Read on the group/);
  });

  it('anything else names the address that was tried', () => {
    expect(translated(new Error('connect ECONNREFUSED'))).toBeInstanceOf(BrokerUnavailable);
    expect(translated(new Error('connect ECONNREFUSED')).message).toMatch(/127\.0\.0\.1:9092.*ECONNREFUSED/);
  });

  it('a record that no retry helps is not an outage', () => {
    expect(isRefusal(wrapped('MESSAGE_TOO_LARGE'))).toBe(true);
    expect(translated(wrapped('MESSAGE_TOO_LARGE'))).not.toBeInstanceOf(BrokerUnavailable);
    expect(translated(wrapped('MESSAGE_TOO_LARGE')).message).toMatch(/max\.message\.bytes/);
    expect(isRefusal(wrapped('NOT_ENOUGH_REPLICAS'))).toBe(false);
  });

  it('are the same to us from either library', () => {
    /** As @platformatic/kafka tells it: an answer with a list of what went wrong in it. */
    const answer = (apiId: string): Error =>
      Object.assign(new AggregateError([Object.assign(new Error('inner'), { apiId, code: 'PLT_KFK_PROTOCOL' })]), {
        code: 'PLT_KFK_RESPONSE',
      });
    expect(translated(answer('TOPIC_AUTHORIZATION_FAILED')).message).toMatch(/grant it Read or Write/);
    expect(isRefusal(answer('MESSAGE_TOO_LARGE'))).toBe(true);
    expect(isPassing(answer('COORDINATOR_NOT_AVAILABLE'))).toBe(true);
    expect(isAnswer(answer('NOT_ENOUGH_REPLICAS'))).toBe(true);
    const broken = Object.assign(new Error('Connection closed'), { code: 'PLT_KFK_NETWORK' });
    expect(isAnswer(broken)).toBe(false);
    const unknown = Object.assign(new Error('Connection failed', { cause: { code: 'PLT_KFK_AUTHENTICATION' } }));
    expect(translated(unknown).message).toMatch(/refused the credentials/);
  });

  it('survives causes that form a ring', () => {
    const ring = new Error('ring');
    ring.cause = ring;
    expect(translated(ring)).toBeInstanceOf(BrokerUnavailable);
  });
});
