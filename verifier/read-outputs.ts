import type { Verdict } from '../detection/words/verdict.ts';
import type { Broker, ConsumedRecord, RecordPosition } from '../platform/broker/broker.ts';
import { partitionOfKey } from '../platform/broker/partition-chooser.ts';
import { createDeadLetterCodec, deadLetterOf } from '../schemas/dead-letter.ts';
import { createIncidentTopicCodec, type IncidentRecord } from '../schemas/incident-topic.ts';
import type { TopicNames } from '../schemas/topic-names.ts';
import { createVerdictCodec } from '../schemas/verdict.ts';
import type { FindingList } from './finding-list.ts';
import { createFoundOutputs, type FoundOutputs } from './found-outputs.ts';
import { createFoundAlerts, type FoundAlerts } from './read-alerts.ts';
import { type SystemTold, verdictIdOf } from './replay.ts';
import { subjectKeyOf } from './replayed-partition.ts';
import { revisionIdOf } from './revision-id.ts';

/** Of a verdict, beside its bytes. */
export interface AboutVerdict {
  templateVersion: string;
  /** Which batch it says it is of. */
  source: { topic: string; partition: number; offset: number };
}

/** Of a revision of an incident, beside its bytes. */
export interface AboutIncident {
  incidentId: string;
  revision: number;
  verdictId: string;
  /** As {@link subjectKeyOf}. */
  subject: string;
}

/** Of a dead letter, beside its bytes. */
export interface AboutDeadLetter {
  reason: string;
  source: { topic: string; partition: number; offset: number };
}

/** Everything that the system had put out by now. */
export interface Outputs {
  verdicts: FoundOutputs<AboutVerdict>;
  /** By {@link revisionIdOf}. */
  incidents: FoundOutputs<AboutIncident>;
  /** In ECS. */
  alerts: FoundAlerts;
  deadLetters: FoundOutputs<AboutDeadLetter>;
  /** Records of the verdict topic that were looked at. */
  verdictRecords: number;
  /** Verdicts of batches older than the input log; only their ids were checked. */
  beforeLog: number;
  /** What the replay may ask of them. */
  system: SystemTold;
  /** Records of the verdict topic that alerting must set aside: the dead letters that they must have, by their ids. */
  refusedVerdicts: Map<string, { position: RecordPosition; bytes: Buffer }>;
}

/** What is read, and what of it is looked at. */
export interface ReadOutputsOptions {
  broker: Pick<Broker, 'read'>;
  topics: TopicNames;
  /** Oldest offset of the input log, by the partitions that are verified. */
  lows: ReadonlyMap<number, number>;
  withAlerts: boolean;
  maxIds: number;
  findings: FindingList;
  onRecord(): void;
  signal: AbortSignal | undefined;
  /** Of the verdict topic. */
  verdictPartitions: number;
  /** Every record of the incident topic, in order, once every alert was read; `undefined` for what publishing sets aside. */
  onIncident(position: RecordPosition, record: IncidentRecord | undefined, alerts: FoundAlerts): void;
  /** Every record of the verdict topic, in order, once every incident was read; `undefined` for what alerting sets aside. */
  onVerdict(position: RecordPosition, verdict: Verdict | undefined, incidents: Outputs['incidents']): void;
}

/** Each keeps the bytes of its dead letter. */
const maxRefusedVerdicts = 10_000;

/** The id of the dead letter of a record, by the stage that set it aside. */
export function deadLetterIdOf(stage: string, source: { topic: string; partition: number; offset: number }): string {
  return `${stage}|${source.topic}|${source.partition}|${source.offset}`;
}

/**
 * Reads what came out, last stage first: whatever an output was made from is then still to be read, also while the system
 * is running.
 */
export async function readOutputs(options: ReadOutputsOptions): Promise<Outputs> {
  const { broker, topics, lows, findings, maxIds, onRecord, signal } = options;
  const templateVersions = new Set<string>();
  const missedTemplate = new Set<string>();
  const system: SystemTold = {
    verdict(id) {
      const form = outputs.verdicts.get(id)?.forms[0];
      return form && { digest: form.digest, templateVersion: form.about.templateVersion };
    },
    setAside: (record) => outputs.deadLetters.get(deadLetterIdOf('scorer', record))?.forms[0]?.about.reason,
    judgedBy: (version) => templateVersions.has(version),
    missedTemplate: (subject) => missedTemplate.has(subject),
  };
  const outputs: Outputs = {
    verdicts: createFoundOutputs('verdicts', maxIds),
    incidents: createFoundOutputs('revisions of incidents', maxIds),
    alerts: createFoundAlerts(maxIds),
    deadLetters: createFoundOutputs('dead letters', maxIds),
    verdictRecords: 0,
    beforeLog: 0,
    system,
    refusedVerdicts: new Map(),
  };
  const verdicts = createVerdictCodec();
  const incidents = createIncidentTopicCodec();
  const deadLetters = createDeadLetterCodec();

  async function each(topic: string, look: (record: ConsumedRecord, bytes: Buffer) => void): Promise<void> {
    const reading = broker.read({ topic, from: 'earliest', until: 'end', ...(signal === undefined ? {} : { signal }) });
    for await (const record of reading) {
      look(record, record.value ?? Buffer.alloc(0));
      onRecord();
    }
    signal?.throwIfAborted();
  }

  function lookAtAlert(record: ConsumedRecord, bytes: Buffer): void {
    if (!outputs.alerts.add(bytes, record)) {
      findings.add('unexpected-alert', record, 'the record of the alert topic is no alert');
    }
  }

  function lookAtIncident(record: ConsumedRecord, bytes: Buffer): void {
    const decoded = incidents.decode(record.value);
    const key = record.key?.toString();
    const accepted =
      decoded.ok &&
      key === (decoded.value.kind === 'incident' ? decoded.value.value.subject : decoded.value.value.tenant);
    options.onIncident(record, accepted ? decoded.value : undefined, outputs.alerts);
    if (!decoded.ok) {
      findings.add('unexpected-incident', record, `the record cannot be read: ${decoded.reason}`);
      return;
    }
    // What operators write there stands in no verdict.
    if (decoded.value.kind === 'suppression') return;
    const { incidentId, revision, verdictId, tenant, subject } = decoded.value.value;
    if (!accepted) {
      const place = { ...record, verdictId, incidentId };
      findings.add('unexpected-incident', place, `revision ${revision} stands under another key than its subject`);
      return;
    }
    const about = { incidentId, revision, verdictId, subject: subjectKeyOf(tenant, subject) };
    outputs.incidents.add(revisionIdOf(about), bytes, record, about);
  }

  function lookAtDeadLetter(record: ConsumedRecord, bytes: Buffer): void {
    const decoded = deadLetters.decode(bytes);
    if (!decoded.ok) {
      findings.add('unexpected-dead-letter', record, `the record cannot be read: ${decoded.reason}`);
      return;
    }
    const { stage, reason, source } = decoded.value;
    const ofInput = stage === 'scorer' && source.topic === topics.behaviour && lows.has(source.partition);
    const ofVerdict = options.withAlerts && stage === 'alerting' && source.topic === topics.verdicts;
    if (ofInput && source.offset < (lows.get(source.partition) ?? 0)) return;
    if (ofInput || ofVerdict) outputs.deadLetters.add(deadLetterIdOf(stage, source), bytes, record, { reason, source });
  }

  function refuseVerdict(record: ConsumedRecord, reason: string, detail: string, tenant: string | null): void {
    findings.add('unreadable-verdict', record, `${reason}: ${detail}`);
    const letter = deadLetterOf(record, { stage: 'alerting', reason, detail, tenant });
    const { topic, partition, offset } = record;
    if (outputs.refusedVerdicts.size >= maxRefusedVerdicts) {
      throw new RangeError(
        `more than ${maxRefusedVerdicts} records of ${topic} are no verdicts: is it the right topic?`,
      );
    }
    const expected = { position: { topic, partition, offset }, bytes: deadLetters.encode(letter) };
    outputs.refusedVerdicts.set(deadLetterIdOf('alerting', record), expected);
  }

  function lookAtVerdict(record: ConsumedRecord, bytes: Buffer): void {
    const decoded = verdicts.decode(record.value);
    const isAccepted = decoded.ok && record.key?.toString('latin1') === decoded.value.subject;
    options.onVerdict(record, isAccepted ? decoded.value : undefined, outputs.incidents);
    if (!decoded.ok) {
      outputs.verdictRecords += 1;
      refuseVerdict(record, decoded.reason, decoded.detail, null);
      return;
    }
    const { verdictId, tenant, subject, source, reason, templateVersion } = decoded.value;
    if (!lows.has(source.partition)) return;
    outputs.verdictRecords += 1;
    if (!isAccepted) {
      refuseVerdict(record, 'key-mismatch', 'the record key is not the subject', tenant);
      return;
    }
    const rightPartition = partitionOfKey(Buffer.from(subject, 'latin1'), options.verdictPartitions);
    if (record.partition !== rightPartition) {
      const detail = `verdicts of its subject belong in partition ${rightPartition}`;
      findings.add('misplaced-verdict', { ...record, verdictId }, detail);
    }
    if (source.topic === topics.behaviour && source.offset < (lows.get(source.partition) ?? 0)) {
      outputs.beforeLog += 1;
      if (verdictIdOf(tenant, source) !== verdictId) {
        findings.add('unexpected-verdict', { ...record, verdictId }, 'its id is not that of the batch that it names');
      }
      return;
    }
    if (templateVersion !== '') templateVersions.add(templateVersion);
    if (reason === 'template-unavailable') missedTemplate.add(subjectKeyOf(tenant, subject));
    outputs.verdicts.add(verdictId, bytes, record, { templateVersion, source });
  }

  if (options.withAlerts) {
    await each(topics.alerts, lookAtAlert);
    await each(topics.incidents, lookAtIncident);
  }
  await each(topics.deadLetters, lookAtDeadLetter);
  await each(topics.verdicts, lookAtVerdict);
  return outputs;
}
