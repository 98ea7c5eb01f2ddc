import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Alert } from '../../alerting/alerts/alert.ts';
import { type AlertFormat, alertFormats } from '../../alerting/alerts/format.ts';
import { writerOf } from '../../alerting/formats/writer-of.ts';
import type { Broker } from '../../platform/broker/broker.ts';
import { createKafkaBroker } from '../../platform/broker/kafka-broker.ts';
import { eventually } from '../contracts/eventually.ts';
import { anyAlert } from '../fixtures/alert-fixture.ts';
import { parseCef } from '../fixtures/parse-cef.ts';
import { parseLeef } from '../fixtures/parse-leef.ts';
import { describeOn, kafkaClient, realKafka, realKcat, realRsyslog } from '../servers/real-servers.ts';
import { kcatRecords } from './kcat-records.ts';
import { type RsyslogSubscriber, startRsyslogSubscriber } from './rsyslog-subscriber.ts';

const installation = `siem-${randomBytes(4).toString('hex')}`;
const topicOf = (format: AlertFormat) => `${installation}.alerts-${format}.v1`;
/** People and hosts of any name among them. */
const alerts = fc.sample(anyAlert, { numRuns: 150, seed: 7 });
const startMs = 90_000;

/** The id that a subscriber tells a second delivery by. */
function idOf(format: AlertFormat, line: string): unknown {
  switch (format) {
    case 'ecs':
      return (JSON.parse(line) as { event: { id: string } }).event.id;
    case 'ocsf':
      return (JSON.parse(line) as { metadata: { uid: string } }).metadata.uid;
    case 'splunk-risk':
      return (JSON.parse(line) as { id: string }).id;
    case 'cef':
      return parseCef(line).extension['externalId'];
    case 'leef':
      return parseLeef(line).attributes['alertId'];
  }
}

const keyOf = (alert: Alert) => Buffer.from(alert.kind === 'incident' ? alert.incident.subject : alert.tenant);

/** Kafka, and both foreign subscribers. */
function everything() {
  const kafka = realKafka();
  if (!kafka.available) return kafka;
  const kcat = realKcat();
  if (!kcat.available) return kcat;
  const rsyslog = realRsyslog();
  if (!rsyslog.available) return rsyslog;
  return { available: true as const, brokers: kafka.brokers, kcat, rsyslog };
}

describeOn('Kafka, to which kcat and rsyslog subscribe', everything(), ({ brokers, kcat, rsyslog }) => {
  let broker: Broker;
  const collectors = new Map<AlertFormat, RsyslogSubscriber>();

  beforeAll(async () => {
    broker = createKafkaBroker({ brokers, client: kafkaClient() });
    await broker.connect();
    const config = { 'min.insync.replicas': '1' };
    await broker.createTopics(
      alertFormats.map((format) => ({ name: topicOf(format), partitions: 3, replicationFactor: 1, config })),
    );
    for (const format of alertFormats) {
      await broker.produce(
        alerts.map((alert) => ({ topic: topicOf(format), key: keyOf(alert), value: writerOf(format)(alert) })),
      );
      const collector = await startRsyslogSubscriber({ path: rsyslog.path, brokers, topic: topicOf(format) });
      collectors.set(format, collector);
    }
  }, startMs);

  afterAll(async () => {
    await Promise.all([...collectors.values()].map((collector) => collector.stop()));
    await broker?.close();
  });

  describe.each(alertFormats)('alerts in %s', (format) => {
    const ids = alerts.map(({ id }) => id).sort();
    const written = alerts.map((alert) => writerOf(format)(alert).toString()).sort();

    it('come to kcat byte for byte, and are read back', async () => {
      const records = await kcatRecords({ path: kcat.path, brokers, topic: topicOf(format) });
      const lines = records.map(({ value }) => value?.toString() ?? '').sort();
      expect(lines).toEqual(written);
      expect(lines.map((line) => idOf(format, line)).sort()).toEqual(ids);
    });

    it('come to rsyslog, as it is configured in deploy/siem, one line each, and are read back', async () => {
      const collector = collectors.get(format);
      if (collector === undefined) throw new Error('not started');
      await eventually('rsyslog has every alert', async () => (await collector.lines()).length >= alerts.length);
      const lines = (await collector.lines()).sort();
      expect(lines).toEqual(written);
      expect(lines.map((line) => idOf(format, line)).sort()).toEqual(ids);
    });
  });
});
