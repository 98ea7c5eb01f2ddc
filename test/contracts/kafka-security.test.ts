import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { findProgram } from '../../deploy/local/find-program.ts';
import { type LocalKafka, startLocalKafka } from '../../deploy/local/local-kafka.ts';
import { createTemporaryFolder, type TemporaryFolder } from '../../deploy/local/temporary-folder.ts';
import { BrokerUnavailable } from '../../platform/broker/broker.ts';
import { createKafkaBroker, type KafkaBroker } from '../../platform/broker/kafka-broker.ts';
import { type KafkaSecurity, kafkaClientNames } from '../../platform/broker/kafka-clients.ts';
import { describeOn, realKafkaOfOurOwn } from '../servers/real-servers.ts';
import { eventually } from './eventually.ts';
import { accountPasswords, describeAccounts } from './kafka-accounts-contract.ts';

const startMs = 120_000;
const keytool = findProgram('keytool', 'install a JRE');
const ownKafka = realKafkaOfOurOwn();
const storePassword = 'for-this-test';

describeOn(
  'a Kafka that encrypts and asks who we are',
  keytool.ok ? ownKafka : { available: false, reason: keytool.detail },
  () => {
    let folder: TemporaryFolder;
    let kafka: LocalKafka;
    let authority: string;

    beforeAll(async () => {
      folder = await createTemporaryFolder('gaitkeeper-tls-');
      const store = join(folder.path, 'broker.p12');
      const held = ['-keystore', store, '-storepass', storePassword, '-alias', 'broker'];
      const who = ['-dname', 'CN=127.0.0.1', '-ext', 'san=ip:127.0.0.1', '-keyalg', 'RSA', '-validity', '2'];
      const program = keytool.ok ? keytool.path : '';
      await promisify(execFile)(program, ['-genkeypair', '-storetype', 'PKCS12', ...held, ...who]);
      const certificate = join(folder.path, 'broker.pem');
      await promisify(execFile)(program, ['-exportcert', '-rfc', ...held, '-file', certificate]);
      authority = await readFile(certificate, 'utf8');
      const passwords = { broker: 'own', operator: 'correct horse', ...accountPasswords };
      const users = Object.entries(passwords).map(([name, password]) => `user_${name}="${password}"`);
      const login = 'org.apache.kafka.common.security.plain.PlainLoginModule required';
      kafka = await startLocalKafka({
        properties: {
          'listener.security.protocol.map': 'PLAINTEXT:SASL_SSL,CONTROLLER:PLAINTEXT',
          'ssl.keystore.type': 'PKCS12',
          'ssl.keystore.location': store,
          'ssl.keystore.password': storePassword,
          'ssl.truststore.type': 'PKCS12',
          'ssl.truststore.location': store,
          'ssl.truststore.password': storePassword,
          'sasl.enabled.mechanisms': 'PLAIN',
          'sasl.mechanism.inter.broker.protocol': 'PLAIN',
          'listener.name.plaintext.plain.sasl.jaas.config': `${login} username="broker" password="own" ${users.join(' ')};`,
          'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
          // The controller's listener asks nobody who he is.
          'super.users': 'User:broker;User:operator;User:ANONYMOUS',
        },
      });
    }, startMs);

    afterAll(async () => {
      await kafka?.stop();
      await folder?.remove();
    });

    describe.each(kafkaClientNames)('by %s', (client) => {
      const as = (security: KafkaSecurity): KafkaBroker =>
        createKafkaBroker({ brokers: kafka.brokers, client, requestTimeoutMs: 3_000, ...security });
      const operator = { mechanism: 'plain', username: 'operator', password: 'correct horse' } as const;

      it('lets in who knows the password, to write and to read', async () => {
        const broker = as({ tls: { ca: authority }, sasl: operator });
        await broker.connect();
        const topic = `secret.${client}`;
        await broker.createTopics([{ name: topic, partitions: 1, replicationFactor: 1, config: {} }]);
        await broker.produce([{ topic, key: null, value: Buffer.from('said in private') }]);
        const found: string[] = [];
        await broker.consume({ group: `secret.${client}`, topic, sessionTimeoutMs: 6_000 }, async ({ records }) => {
          found.push(...records.map(({ value }) => value?.toString() ?? ''));
          return { kind: 'done', nextOffset: (records.at(-1)?.offset ?? 0) + 1 };
        });
        await eventually('it is read', () => found.length > 0);
        expect(found).toEqual(['said in private']);
        await broker.close();
      });

      it('says what to check when the password is wrong', async () => {
        const broker = as({ tls: { ca: authority }, sasl: { ...operator, password: 'guessed' } });
        const refused = broker.connect();
        await expect(refused).rejects.toThrow(BrokerUnavailable);
        await expect(refused).rejects.toThrow(/refused the credentials; check the user name/);
        await broker.close();
      });

      it('is not spoken to when its certificate is nobody that we trust', async () => {
        const broker = as({ tls: true, sasl: operator });
        await expect(broker.connect()).rejects.toThrow(BrokerUnavailable);
        await broker.close();
      });
    });

    describeAccounts(() => ({
      brokers: kafka.brokers,
      authority,
      superUser: { username: 'operator', password: 'correct horse' },
    }));
  },
);
