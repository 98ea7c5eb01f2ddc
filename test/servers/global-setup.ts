import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { findKafkaTools, findLocalKafka } from '../../deploy/local/find-kafka.ts';
import { findKcat } from '../../deploy/local/find-program.ts';
import { findRsyslog } from '../../deploy/local/find-rsyslog.ts';
import { startLocalKafka } from '../../deploy/local/local-kafka.ts';
import { findLocalRedis, startLocalRedis } from '../../deploy/local/local-redis.ts';
import {
  kafkaAbsenceVariable,
  kafkaVariable,
  redisAbsenceVariable,
  redisVariable,
  requireVariable,
  serversVariable,
} from './server-addresses.ts';
import { startedServers } from './started-servers.ts';

/** What a run has of one server: its address, or why it has none. */
type Presence = { present: true; address: string; origin: string } | { present: false; reason: string };

async function kafka(): Promise<Presence> {
  const given = process.env[kafkaVariable];
  if (given) return { present: true, address: given, origin: `from ${kafkaVariable}` };
  if (process.env[serversVariable] === 'none') return { present: false, reason: `${serversVariable}=none` };
  const found = findLocalKafka();
  if (!found.ok) return { present: false, reason: found.detail };
  const started = await startLocalKafka();
  startedServers.push(started.stop);
  return { present: true, address: started.brokers.join(','), origin: 'started' };
}

async function redis(): Promise<Presence> {
  const given = process.env[redisVariable];
  if (given) return { present: true, address: given, origin: `from ${redisVariable}` };
  if (process.env[serversVariable] === 'none') return { present: false, reason: `${serversVariable}=none` };
  const found = findLocalRedis();
  if (!found.ok) return { present: false, reason: found.detail };
  const started = await startLocalRedis({ appendOnly: true });
  startedServers.push(started.stop);
  return { present: true, address: started.url, origin: 'started' };
}

/** Tests run the built program as processes of their own; built once here, since two builds at a time would overwrite each other. */
async function build(): Promise<void> {
  await promisify(execFile)('npm', ['run', 'build']);
}

function tell(presence: Presence, variable: string, absenceVariable: string): string {
  if (presence.present) {
    process.env[variable] = presence.address;
    return `${presence.address} (${presence.origin})`;
  }
  process.env[absenceVariable] = presence.reason;
  return `none, its suites run on memory only (${presence.reason})`;
}

/**
 * Once per run: builds the program, finds or starts Kafka and Redis and hands their addresses to the test workers through the environment.
 * A server that is there and does not start fails the run; one that is missing does so only when servers are required.
 */
// biome-ignore lint/style/noDefaultExport: jest calls the default export.
export default async function globalSetup(): Promise<void> {
  const [kafkaOutcome, redisOutcome, built] = await Promise.allSettled([kafka(), redis(), build()]);
  try {
    if (built.status === 'rejected') throw built.reason;
    if (kafkaOutcome.status === 'rejected') throw kafkaOutcome.reason;
    if (redisOutcome.status === 'rejected') throw redisOutcome.reason;
    const kafkaLine = tell(kafkaOutcome.value, kafkaVariable, kafkaAbsenceVariable);
    const redisLine = tell(redisOutcome.value, redisVariable, redisAbsenceVariable);
    process.stderr.write(`\nkafka: ${kafkaLine}\nredis: ${redisLine}\n`);
    const subscriber = findKcat();
    process.stderr.write(
      `kcat:  ${subscriber.ok ? subscriber.path : `none, no foreign client subscribes (${subscriber.detail})`}\n`,
    );
    const tools = findKafkaTools();
    if (!tools.ok) process.stderr.write(`tools: none, Kafka's own do not look at our topics (${tools.detail})\n`);
    const collector = findRsyslog();
    if (!collector.ok) process.stderr.write(`rsyslog: none, no foreign collector subscribes (${collector.detail})\n`);
    const missing = [kafkaOutcome.value, redisOutcome.value].flatMap((each) => (each.present ? [] : [each.reason]));
    for (const client of [subscriber, tools, collector]) if (!client.ok) missing.push(client.detail);
    if (process.env[requireVariable] === '1' && missing.length > 0) {
      throw new Error(`${requireVariable}=1, and a server is missing: ${missing.join('; ')}`);
    }
  } catch (error) {
    // Jest runs no teardown after a failed setup.
    await Promise.all(startedServers.splice(0).map((stop) => stop()));
    throw error;
  }
}
