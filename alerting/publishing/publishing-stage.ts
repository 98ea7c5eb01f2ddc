import type { ConsumedRecord, OutgoingRecord } from '../../platform/broker/broker.ts';
import type { Logger } from '../../platform/log.ts';
import type { KeyedStage, StateView, StepOutcome } from '../../platform/stage/keyed-stage.ts';
import { createDeadLetterCodec, deadLetterOf } from '../../schemas/dead-letter.ts';
import type { IncidentRevision } from '../../schemas/incident.ts';
import type { SuppressionRule } from '../../schemas/suppression.ts';
import type { Alert } from '../alerts/alert.ts';
import { alertIdOf, type UnnamedAlert } from '../alerts/alert-id.ts';
import type { AlertWriter } from '../alerts/format.ts';
import type { Directory } from '../directory/directory.ts';
import { createIncidentRecordReader } from '../incident-record-reader.ts';
import { responseRequestLine } from '../webhooks/response-request.ts';
import { advanceRules, type KeptRule, maxRulesInForce, rulesAt } from './kept-rules.ts';
import { type HeldBackHour, type PublishingState, publishRevision } from './publish-revision.ts';
import {
  decodePublishing,
  encodePublishing,
  type PublishingStageState,
  publishingKeyOf,
  rulesKeyOf,
} from './publishing-bytes.ts';
import type { PublishingMetrics } from './publishing-metrics.ts';
import { responseTo } from './response-to.ts';
import { ruleFor } from './suppressing.ts';

/** Name of the stage in states, metrics and dead letters. */
export const publishingStageName = 'alerting-publishing';

/** Where alerts of one format go. */
export interface AlertOutput {
  topic: string;
  write: AlertWriter;
}

/** What publishing needs. */
export interface PublishingDependencies {
  /** Without `responseRequests` nobody is asked for anything. */
  topics: { incidents: string; deadLetters: string; responseRequests?: string };
  group: string;
  outputs: readonly AlertOutput[];
  directory: Directory;
  /** Alerts of a tenant that may ask in an hour; see {@link publishRevision}. */
  hourlyLimit: number;
  /** How many partitions the incident topic has: each has its share of the limit. */
  partitionCount(): Promise<number>;
  metrics: PublishingMetrics;
  log: Logger;
}

/** Revisions of incidents in, alerts out: what is told, to whom it is about, and in which formats. */
export function createPublishingStage(dependencies: PublishingDependencies): KeyedStage<PublishingStageState> {
  const { topics, group, outputs, directory, metrics, log } = dependencies;
  const read = createIncidentRecordReader();
  const deadLetters = createDeadLetterCodec();
  let share: number | undefined;

  function alertRecords(key: string, unnamed: UnnamedAlert): OutgoingRecord[] {
    const alert = { ...unnamed, id: alertIdOf(unnamed) } as Alert;
    return outputs.map(({ topic, write }) => ({ topic, key: Buffer.from(key), value: write(alert) }));
  }

  function ruleOf(incident: IncidentRevision, kept: readonly KeptRule[], offset: number): SuppressionRule | undefined {
    const rules = rulesAt(kept, offset);
    if (rules.length === 0) return undefined;
    const { tenant, subject, incidentId, revision, atMs } = incident;
    const person = rules.some((rule) => rule.group !== null) ? directory.personOf(tenant, subject) : undefined;
    if (person !== undefined) log.info({ incidentId, revision, purpose: 'suppression' }, 'pseudonym resolved');
    return ruleFor(rules, incident, person?.groups ?? [], atMs);
  }

  function tell(incident: IncidentRevision, asks: boolean): OutgoingRecord[] {
    const { tenant, subject, host, incidentId, revision, severity, pattern } = incident;
    const person = directory.personOf(tenant, subject);
    const hostName = host === null ? undefined : directory.hostNameOf(tenant, host);
    if (person !== undefined || hostName !== undefined) {
      log.info({ incidentId, revision, purpose: 'alert' }, 'pseudonym resolved');
    }
    metrics.published.inc({ severity, pattern });
    if (asks) log.info({ incidentId, revision, severity, pattern }, 'alert raised');
    const alerts = alertRecords(subject, { kind: 'incident', incident, person, hostName, asks, isTest: false });
    if (!asks || topics.responseRequests === undefined) return alerts;
    const value = responseRequestLine(responseTo(incident));
    return [...alerts, { topic: topics.responseRequests, key: Buffer.from(subject), value }];
  }

  function tellHour(tenant: string, limit: number, hour: HeldBackHour): OutgoingRecord[] {
    return alertRecords(tenant, { kind: 'held-back', tenant, ...hour, limit, isTest: false });
  }

  function stepIncident(
    incident: IncidentRevision,
    { partition, offset }: ConsumedRecord,
    before: PublishingState,
    rules: readonly KeptRule[],
    limit: number,
  ): { state: PublishingState; records: OutgoingRecord[] } {
    const { tenant, incidentId, revision, severity, pattern } = incident;
    const rule = ruleOf(incident, rules, offset);
    const { state, publication, hours } = publishRevision(before, incident, {
      isSuppressed: rule !== undefined,
      limit,
    });
    const records = hours.flatMap((hour) => tellHour(tenant, limit, hour));
    switch (publication.kind) {
      case 'told':
        records.push(...tell(incident, publication.asks));
        break;
      case 'suppressed':
        metrics.suppressed.inc({ pattern });
        log.info({ incidentId, revision, pattern, ruleId: rule?.ruleId }, 'incident suppressed');
        break;
      case 'held-back':
        metrics.heldBack.inc({ severity, pattern });
        // One line an hour: a flood of incidents must not become a flood of lines.
        if (hours.some(({ untilMs }) => untilMs > incident.atMs)) {
          log.warn({ partition, limit }, 'more alerts than may be told in an hour: holding back');
        }
        break;
    }
    return { state, records };
  }

  function stepWithin(
    limit: number,
    incident: IncidentRevision,
    record: ConsumedRecord,
    states: StateView<PublishingStageState>,
  ): StepOutcome {
    const key = publishingKeyOf(incident.tenant);
    const [own, rules] = [states.get(key), states.get(rulesKeyOf(incident.tenant))];
    if (own.kind !== 'publishing' || rules.kind !== 'rules') throw new TypeError('a state stands under a foreign key');
    const { state, records } = stepIncident(incident, record, own.publishing, rules.rules, limit);
    // Always, so that a record is stepped again only where the rules have hardly moved on.
    states.set(key, { kind: 'publishing', publishing: state });
    return { kind: 'emit', records };
  }

  function stepRule(
    rule: SuppressionRule,
    { partition, offset }: ConsumedRecord,
    states: StateView<PublishingStageState>,
  ): StepOutcome {
    const key = rulesKeyOf(rule.tenant);
    const before = states.get(key);
    if (before.kind !== 'rules') throw new TypeError('a state stands under a foreign key');
    const after = advanceRules(before.rules, rule, offset);
    if (after.kind === 'too-many-rules') {
      return { kind: 'dead-letter', reason: after.kind, detail: `${maxRulesInForce} rules of the tenant are in force` };
    }
    states.set(key, { kind: 'rules', rules: after.rules });
    log.info({ partition, ruleId: rule.ruleId, action: rule.action }, 'suppression rule taken up');
    return { kind: 'emit', records: [] };
  }

  return {
    name: publishingStageName,
    group,
    inputTopic: topics.incidents,
    keysOf(record) {
      const found = read(record);
      if (!found.ok) return [];
      const { kind, value } = found.record;
      const rules = rulesKeyOf(value.tenant);
      return kind === 'suppression' ? [rules] : [publishingKeyOf(value.tenant), rules];
    },
    decodeState: decodePublishing,
    encodeState: encodePublishing,
    step(record, states) {
      const found = read(record);
      if (!found.ok) return { kind: 'dead-letter', reason: found.reason, detail: found.detail };
      const { kind, value } = found.record;
      if (kind === 'suppression') return stepRule(value, record, states);
      if (share !== undefined) return stepWithin(share, value, record, states);
      return dependencies.partitionCount().then((partitions) => {
        share = Math.ceil(dependencies.hourlyLimit / partitions);
        return stepWithin(share, value, record, states);
      });
    },
    deadLetter(record, reason, detail) {
      const found = read(record);
      const tenant = found.ok ? found.record.value.tenant : found.tenant;
      const letter = deadLetterOf(record, { stage: publishingStageName, reason, detail, tenant });
      return { topic: topics.deadLetters, key: record.key, value: deadLetters.encode(letter) };
    },
  };
}
