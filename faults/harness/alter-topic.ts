import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { findLocalKafka } from '../../deploy/local/find-kafka.ts';
import type { Cluster } from './cluster.ts';

/** The tool behind `kafka-configs.sh`. It lies with the server, not with the other tools. */
const mainClass = 'kafka.admin.ConfigCommand';
/** Of a run that is short: no time is spent on optimising. */
const jvmOptions = ['-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-XX:-UsePerfData'];

/** Changes one key of a topic's configuration, in Kafka's own words, by Kafka's own tool. Rejects with what that says where it refuses. */
export async function alterTopic({ kafka }: Cluster, topic: string, key: string, value: string): Promise<void> {
  const found = findLocalKafka();
  if (!found.ok) throw new Error(found.detail);
  const which = ['--bootstrap-server', kafka.innerBrokers.join(','), '--entity-type', 'topics', '--entity-name', topic];
  const change = ['--alter', '--add-config', `${key}=${value}`];
  const args = [...jvmOptions, '-cp', found.classPath, mainClass, ...which, ...change];
  const { stdout } = await promisify(execFile)(found.java, args);
  if (!stdout.includes('Completed updating config')) throw new Error(`${mainClass} did not change ${topic}: ${stdout}`);
}
