import type { Alert } from '../alerting/alerts/alert.ts';
import { alertIdOf, type UnnamedAlert } from '../alerting/alerts/alert-id.ts';
import { ecsLine } from '../alerting/formats/ecs.ts';
import { advanceRules, type KeptRule, rulesAt } from '../alerting/publishing/kept-rules.ts';
import { type PublishingState, publishRevision } from '../alerting/publishing/publish-revision.ts';
import {
  decodePublishing,
  encodePublishing,
  type PublishingStageState,
  publishingKeyOf,
  rulesKeyOf,
} from '../alerting/publishing/publishing-bytes.ts';
import { ruleFor } from '../alerting/publishing/suppressing.ts';
import type { RecordPosition } from '../platform/broker/broker.ts';
import { partitionOfKey } from '../platform/broker/partition-chooser.ts';
import type { IncidentRevision } from '../schemas/incident.ts';
import type { IncidentRecord } from '../schemas/incident-topic.ts';
import type { SuppressionRule } from '../schemas/suppression.ts';
import type { FindingList } from './finding-list.ts';
import { compareForms } from './found-outputs.ts';
import type { FoundAlerts } from './read-alerts.ts';
import type { InitialStates, ReplayedKey } from './replayed-partition.ts';
import type { StoredStates } from './stored-states.ts';
import type { InputMarks } from './system-marks.ts';
import type { OutputCounts } from './verify-report.ts';

/** What publishing keeps of a tenant in a partition: what it told, or its rules. */
interface ReplayedPublishing extends ReplayedKey {
  state: PublishingStageState;
}

/** One partition of the incident topic. */
interface IncidentPartition {
  marks: InputMarks;
  stored: StoredStates | undefined;
  throughOffset: number;
  fromStart: boolean;
  /** Of the topic as it was read. */
  lastOffset: number;
  /** Partitions of the alert topic in which an alert from here was found: later ones are kept as well. */
  foundIn: Set<number>;
  keys: Map<string, ReplayedPublishing>;
}

/** What the work of publishing is compared with. */
export interface VerifyPublishingOptions {
  /** Of the partitions of the incident topic that are verified. */
  marks: readonly InputMarks[];
  /** Whether these are all. */
  complete: boolean;
  /** Of the states in the store; empty where they are not looked at. */
  stored: ReadonlyMap<number, StoredStates>;
  /** Where the replay goes on, for partitions whose oldest revisions are gone. */
  initial: ReadonlyMap<number, InitialStates>;
  /** The oldest offset that each partition of the ECS alert topic keeps. */
  alertLows: readonly number[];
  alerts: FoundAlerts;
  /** Alerts that may ask in an hour, of each tenant and partition: its share of the installation's limit. */
  hourlyShare: number;
  findings: FindingList;
}

/** What was counted; the rest follows from the findings. */
export interface AlertsTally extends Pick<OutputCounts, 'expected' | 'duplicatedIds'> {
  /** Revisions of which it is not known whether they had to be told, and alerts with names, whose bytes only the directory tells. */
  unverifiable: number;
}

/**
 * The work of publishing, done a second time over the incident topic as it stands: which ECS alerts there must be, and with which
 * states it leaves them. What a revision comes to, and what its alert says, is told by alerting's own pure functions.
 */
export interface PublishingCheck {
  /** Every record of the incident topic in the order of its partition; `undefined` where publishing sets it aside. */
  meet(position: RecordPosition, record: IncidentRecord | undefined): void;
  /** Accuses alerts of no revision, and states that are missing or invented. */
  atEnd(): void;
  readonly tally: AlertsTally;
}

/** Begins where each partition begins, or where its states were given. */
export function createPublishingCheck(options: VerifyPublishingOptions): PublishingCheck {
  const { complete, stored, alertLows, alerts, hourlyShare, findings } = options;
  const tally: AlertsTally = { expected: 0, duplicatedIds: 0, unverifiable: 0 };
  const partitions = new Map(options.marks.map((marks) => [marks.partition, begin(marks)]));
  /** A repeated record tells the same alert again. */
  const expected = new Set<string>();

  function begin(marks: InputMarks): IncidentPartition {
    const given = options.initial.get(marks.partition);
    const partition: IncidentPartition = {
      marks,
      stored: stored.get(marks.partition),
      throughOffset: given?.throughOffset ?? -1,
      fromStart: marks.lowOffset === 0 || given !== undefined,
      lastOffset: marks.lowOffset - 1,
      foundIn: new Set(),
      keys: new Map(),
    };
    for (const { key, offset, bytes } of given?.states ?? []) {
      const replayed = stateAt(partition, key);
      replayed.offset = offset;
      replayed.state = decodePublishing(bytes, key);
      partition.stored?.afterWrite(replayed, () => encodePublishing(replayed.state));
    }
    return partition;
  }

  function write({ stored: beside }: IncidentPartition, own: ReplayedPublishing, at: number, to: PublishingStageState) {
    own.state = to;
    own.offset = at;
    beside?.afterWrite(own, () => encodePublishing(own.state));
  }

  function expectAlert(partition: IncidentPartition, unnamed: UnnamedAlert, key: string, at: RecordPosition): void {
    const alertId = alertIdOf(unnamed);
    if (expected.has(alertId)) return;
    expected.add(alertId);
    tally.expected += 1;
    const incident = unnamed.kind === 'incident' ? unnamed.incident : undefined;
    const about = { ...at, alertId, ...(incident === undefined ? {} : { incidentId: incident.incidentId }) };
    const home = partitionOfKey(Buffer.from(key), Math.max(1, alertLows.length));
    const found = alerts.take(alertId);
    if (found !== undefined) {
      partition.foundIn.add(home);
      if (found.forms.some(({ records }) => records > 1)) tally.duplicatedIds += 1;
      const right = ecsLine({ ...unnamed, id: alertId } as Alert);
      for (const { records } of compareForms(found, right).others) {
        findings.add('differing-alert', about, `${records} of its records have other bytes`, records);
      }
      return;
    }
    const isNamed = incident !== undefined && alerts.takeNamed(incident);
    const mayBeGone = (alertLows[home] ?? 0) > 0 && !partition.foundIn.has(home);
    if (isNamed || mayBeGone) tally.unverifiable += 1;
    else if (at.offset <= partition.marks.dueOffset) {
      findings.add('alert-missing', about, 'what the record tells has no alert');
    }
  }

  /** What becomes of a revision; `undefined` where the directory decides, which nobody here can read. */
  function publish(state: PublishingState, incident: IncidentRevision, rules: readonly SuppressionRule[]) {
    const isSuppressed = ruleFor(rules, incident, [], incident.atMs) !== undefined;
    const groups = rules.flatMap(({ group }) => (group === null ? [] : [group]));
    const mayBeSuppressed = ruleFor(rules, incident, groups, incident.atMs) !== undefined;
    if (isSuppressed !== mayBeSuppressed) return undefined;
    return publishRevision(state, incident, { isSuppressed, limit: hourlyShare });
  }

  function meetIncident(partition: IncidentPartition, incident: IncidentRevision, at: RecordPosition): void {
    const own = stateAt(partition, publishingKeyOf(incident.tenant));
    const rules = stateAt(partition, rulesKeyOf(incident.tenant));
    if (own.state.kind !== 'publishing' || rules.state.kind !== 'rules') throw new TypeError('a state of another kind');
    const isKnown = own.known && rules.known && at.offset > Math.max(partition.throughOffset, own.offset);
    const step = isKnown ? publish(own.state.publishing, incident, rulesAt(rules.state.rules, at.offset)) : undefined;
    if (step === undefined) {
      if (isKnown) own.known = false;
      if (at.offset > own.offset) own.offset = at.offset;
      tally.unverifiable += 1;
      return;
    }
    write(partition, own, at.offset, { kind: 'publishing', publishing: step.state });
    const { tenant, subject } = incident;
    for (const hour of step.hours) {
      const held = { kind: 'held-back', tenant, ...hour, limit: hourlyShare, isTest: false } as const;
      expectAlert(partition, held, tenant, at);
    }
    if (step.publication.kind !== 'told') return;
    const { asks } = step.publication;
    const told = { kind: 'incident', incident, person: undefined, hostName: undefined, asks, isTest: false } as const;
    expectAlert(partition, told, subject, at);
  }

  function meetRule(partition: IncidentPartition, rule: SuppressionRule, { offset }: RecordPosition): void {
    const own = stateAt(partition, rulesKeyOf(rule.tenant));
    if (own.state.kind !== 'rules') throw new TypeError('a state of another kind');
    if (!own.known || offset <= Math.max(partition.throughOffset, own.offset)) return;
    const rules: readonly KeptRule[] = own.state.rules;
    const after = advanceRules(rules, rule, offset);
    if (after.kind === 'advanced') write(partition, own, offset, { kind: 'rules', rules: after.rules });
  }

  return {
    tally,
    meet({ topic, partition: number, offset }, record) {
      const partition = partitions.get(number);
      if (partition === undefined) return;
      partition.lastOffset = offset;
      const at = { topic, partition: number, offset };
      if (record?.kind === 'incident') meetIncident(partition, record.value, at);
      if (record?.kind === 'suppression') meetRule(partition, record.value, at);
    },
    atEnd() {
      const all = [...partitions.values()];
      for (const { stored: beside, fromStart, keys, lastOffset } of all) {
        beside?.atEnd({ fromStart, keys: keys.values() }, lastOffset);
      }
      const isWhole = ({ marks, keys }: IncidentPartition) =>
        marks.lowOffset === 0 && [...keys.values()].every(({ known }) => known);
      if (!complete || !all.every(isWhole)) return;
      for (const { first, alertId } of alerts.left()) {
        findings.add('unexpected-alert', { ...first, alertId }, 'no revision of an incident tells this alert');
      }
    },
  };
}

function stateAt({ keys, fromStart }: IncidentPartition, key: string): ReplayedPublishing {
  const known = keys.get(key);
  if (known !== undefined) return known;
  const begun = { key, offset: -1, dueOffset: -1, known: fromStart, state: decodePublishing(undefined, key) };
  keys.set(key, begun);
  return begun;
}
