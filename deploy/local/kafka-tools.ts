import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FoundKafka } from './find-kafka.ts';

/** Kafka's tools by the names of their scripts, which its distribution has and the artifact of Maven has not. */
const mainClasses = {
  'kafka-consumer-groups.sh': 'org.apache.kafka.tools.consumer.group.ConsumerGroupCommand',
  'kafka-topics.sh': 'org.apache.kafka.tools.TopicCommand',
  'kafka-dump-log.sh': 'org.apache.kafka.tools.DumpLogSegments',
  'kafka-reassign-partitions.sh': 'org.apache.kafka.tools.reassign.ReassignPartitionsCommand',
} as const;

/** Of each run, which is short: no time is spent on optimising. */
const jvmOptions = [
  '-Xmx256m',
  '-XX:+UseSerialGC',
  '-XX:TieredStopAtLevel=1',
  '-XX:-UsePerfData',
  '-Dorg.slf4j.simpleLogger.defaultLogLevel=error',
];

/** Writes a script for each tool into `folder`, to be put on the `PATH`. */
export async function writeKafkaTools(folder: string, { java, classPath }: FoundKafka & { ok: true }): Promise<void> {
  for (const [script, mainClass] of Object.entries(mainClasses)) {
    const command = [quoted(java), ...jvmOptions, '-cp', quoted(classPath), mainClass, '"$@"'].join(' ');
    const path = join(folder, script);
    await writeFile(path, `#!/bin/sh\nexec ${command}\n`);
    await chmod(path, 0o755);
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
