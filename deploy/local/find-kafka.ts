import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from './cache-folder.ts';
import { findProgram } from './find-program.ts';

/** Which Kafka to start, beside the one of `kafka/pom.xml` and `kafka-tools/pom.xml`; fetched by `setup-servers.sh` where it is set there, too. */
const versionVariable = 'GAITKEEPER_TEST_KAFKA_VERSION';
const defaultVersion = '4.3.1';
const kafkaVersion = process.env[versionVariable] || defaultVersion;
/** What brings it. */
const setUp = `${kafkaVersion === defaultVersion ? '' : `${versionVariable}=${kafkaVersion} `}npm run setup:servers`;

/** A classpath and a JVM, or in words what is missing. */
export type FoundKafka =
  | { ok: true; java: string; classPath: string }
  | { ok: false; reason: 'missing'; detail: string };

/** What a broker is started with. */
export function findLocalKafka(): FoundKafka {
  return findJars('Kafka', `kafka-${kafkaVersion}`, `kafka_2.13-${kafkaVersion}.jar`);
}

/** What Kafka's own command-line tools are started with; see `kafka-tools.ts`. */
export function findKafkaTools(): FoundKafka {
  return findJars("Kafka's tools,", `kafka-tools-${kafkaVersion}`, `kafka-tools-${kafkaVersion}.jar`);
}

function findJars(what: string, folder: string, jar: string): FoundKafka {
  const java = findProgram('java', 'run `npm run setup:servers`, or install a JRE 17 or newer');
  if (!java.ok) return java;
  const jars = join(cacheFolder(), folder);
  if (existsSync(join(jars, jar))) return { ok: true, java: java.path, classPath: join(jars, '*') };
  return {
    ok: false,
    reason: 'missing',
    detail: `no ${what} ${kafkaVersion} jars in ${jars}: run \`${setUp}\``,
  };
}
