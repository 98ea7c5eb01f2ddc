/** Broker list of the Kafka that tests use: `host:port,host:port`. */
export const kafkaVariable = 'GAITKEEPER_TEST_KAFKA';
/** URL of the Redis that tests use: `redis://host:port`. */
export const redisVariable = 'GAITKEEPER_TEST_REDIS';
/** `none`: start no server, run the memory adapters only. */
export const serversVariable = 'GAITKEEPER_TEST_SERVERS';
/** `1`: a missing server fails the run. */
export const requireVariable = 'GAITKEEPER_TEST_REQUIRE_SERVERS';
/** Why this run has no Kafka, from the global setup to the suites. */
export const kafkaAbsenceVariable = 'GAITKEEPER_TEST_KAFKA_ABSENT';
/** Why this run has no Redis. */
export const redisAbsenceVariable = 'GAITKEEPER_TEST_REDIS_ABSENT';
/** Which client library the whole-way tests speak to Kafka with, as `kafkaClient` names them. */
export const kafkaClientVariable = 'GAITKEEPER_TEST_KAFKA_CLIENT';
