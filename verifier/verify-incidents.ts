import { advanceIncidents } from '../alerting/incidents/advance-incidents.ts';
import { noIncidents, type SubjectIncidents } from '../alerting/incidents/subject-incidents.ts';
import type { Verdict } from '../detection/words/verdict.ts';
import type { RecordPosition } from '../platform/broker/broker.ts';
import { partitionOfKey } from '../platform/broker/partition-chooser.ts';
import type { IncidentRevision } from '../schemas/incident.ts';
import { createIncidentTopicCodec } from '../schemas/incident-topic.ts';
import type { FindingList, Place } from './finding-list.ts';
import { compareForms, type FoundOutput, type FoundOutputs } from './found-outputs.ts';
import type { AboutIncident } from './read-outputs.ts';
import { type InitialStates, type ReplayedKey, subjectKeyOf } from './replayed-partition.ts';
import { revisionIdOf } from './revision-id.ts';
import type { StoredStates } from './stored-states.ts';
import type { InputMarks } from './system-marks.ts';
import type { OutputCounts } from './verify-report.ts';

/** A subject's incidents as far as the verdict topic was read. */
interface ReplayedIncidents extends ReplayedKey {
  state: SubjectIncidents;
  /** Some of its verdicts stand before what was replayed: what they led to is not known. */
  hasPast: boolean;
  /** Where the first record of its latest revision stands in the incident topic. */
  lastOffset: number;
}

/** One partition of the verdict topic. */
interface VerdictPartition {
  marks: InputMarks;
  stored: StoredStates | undefined;
  throughOffset: number;
  fromStart: boolean;
  /** Of the topic as it was read. */
  lastOffset: number;
  /** Partitions of the incident topic in which a revision by a verdict from here was found: later ones are kept as well. */
  foundIn: Set<number>;
  keys: Map<string, ReplayedIncidents>;
}

/** What the work of alerting's first stage is compared with. */
export interface VerifyIncidentsOptions {
  /** Of the partitions of the verdict topic that are verified. */
  marks: readonly InputMarks[];
  /** Whether these are all. */
  complete: boolean;
  /** Of the states in the store; empty where they are not looked at. */
  stored: ReadonlyMap<number, StoredStates>;
  /** Where the replay goes on, for partitions whose oldest verdicts are gone. */
  initial: ReadonlyMap<number, InitialStates>;
  /** The oldest offset that each partition of the incident topic keeps. */
  incidentLows: readonly number[];
  /** Every revision that there is; each is taken once. */
  incidents: FoundOutputs<AboutIncident>;
  findings: FindingList;
}

/** What was counted; the rest follows from the findings. */
export interface IncidentsTally extends Pick<OutputCounts, 'expected' | 'duplicatedIds'> {
  /** Verdicts of which it is not known what they had to lead to. */
  unverifiable: number;
}

/**
 * The work of the stage that makes incidents, done a second time over the verdict topic as it stands: which revisions there
 * must be, and with which states it leaves them. What a verdict does to an incident is told by alerting's own pure function.
 */
export interface IncidentsCheck {
  /** Every record of the verdict topic in the order of its partition; `undefined` where alerting sets it aside. */
  meet(position: RecordPosition, verdict: Verdict | undefined): void;
  /** Accuses revisions of no incident, and states that are missing or invented. */
  atEnd(): void;
  readonly tally: IncidentsTally;
}

/** First byte of stored incidents, JSON follows; and that of the episodes before them, of which nothing is taken over. */
const tags = { incidents: 2, episodes: 1 } as const;
const codec = createIncidentTopicCodec();

/** Begins where each partition begins, or where its states were given. */
export function createIncidentsCheck(options: VerifyIncidentsOptions): IncidentsCheck {
  const { complete, stored, incidentLows, incidents, findings } = options;
  const tally: IncidentsTally = { expected: 0, duplicatedIds: 0, unverifiable: 0 };
  const partitions = new Map(options.marks.map((marks) => [marks.partition, begin(marks)]));

  function begin(marks: InputMarks): VerdictPartition {
    const given = options.initial.get(marks.partition);
    const partition: VerdictPartition = {
      marks,
      stored: stored.get(marks.partition),
      throughOffset: given?.throughOffset ?? -1,
      fromStart: marks.lowOffset === 0 || given !== undefined,
      lastOffset: marks.lowOffset - 1,
      foundIn: new Set(),
      keys: new Map(),
    };
    for (const { key, offset, bytes } of given?.states ?? []) {
      const replayed = incidentsAt(partition, key);
      replayed.offset = offset;
      replayed.hasPast = true;
      replayed.state = stateIn(bytes);
      partition.stored?.afterWrite(replayed, () => bytesOf(replayed));
    }
    return partition;
  }

  function checkPlace(own: ReplayedIncidents, { first }: FoundOutput<AboutIncident>, home: number, about: Place): void {
    if (first.partition !== home) {
      findings.add('misplaced-incident', about, `revisions of its subject belong in partition ${home}`);
    } else if (first.offset < own.lastOffset) {
      findings.add('reordered-incident', about, 'it stands before an earlier revision about its subject');
    } else {
      own.lastOffset = first.offset;
    }
  }

  function compare(partition: VerdictPartition, own: ReplayedIncidents, value: IncidentRevision, at: RecordPosition) {
    const { incidentId, revision, verdictId, state, source } = value;
    const about = { ...source, verdictId, incidentId };
    tally.expected += 1;
    const found = incidents.take(revisionIdOf(value));
    const home = partitionOfKey(Buffer.from(value.subject, 'latin1'), Math.max(1, incidentLows.length));
    if (found === undefined) {
      const mayBeGone = (incidentLows[home] ?? 0) > 0 && !partition.foundIn.has(home);
      const detail = `revision ${revision} (${state}), by the verdict at ${at.partition}/${at.offset}, is not there`;
      if (mayBeGone) tally.unverifiable += 1;
      else if (at.offset <= partition.marks.dueOffset) findings.add('incident-missing', about, detail);
      return;
    }
    partition.foundIn.add(home);
    checkPlace(own, found, home, about);
    if (found.forms.some(({ records }) => records > 1)) tally.duplicatedIds += 1;
    for (const { records } of compareForms(found, codec.encode({ kind: 'incident', value })).others) {
      const detail = `${records} records of its revision ${revision} have other bytes`;
      findings.add('differing-incident', about, detail, records);
    }
  }

  function isUnexpected(subject: string): boolean {
    const all = [...partitions.values()];
    const own = all.map(({ keys }) => keys.get(subject)).find((each) => each !== undefined);
    if (own !== undefined) return own.known && !own.hasPast;
    return complete && all.every(({ marks }) => marks.lowOffset === 0);
  }

  return {
    tally,
    meet(position, verdict) {
      const partition = partitions.get(position.partition);
      if (partition === undefined) return;
      partition.lastOffset = position.offset;
      if (verdict === undefined) return;
      const own = incidentsAt(partition, subjectKeyOf(verdict.tenant, verdict.subject));
      if (!own.known || position.offset <= Math.max(partition.throughOffset, own.offset)) {
        own.hasPast = true;
        tally.unverifiable += 1;
        return;
      }
      const { state, revisions } = advanceIncidents(own.state, verdict);
      if (state !== own.state) {
        own.state = state;
        own.offset = position.offset;
        partition.stored?.afterWrite(own, () => bytesOf(own));
      }
      for (const revision of revisions) compare(partition, own, revision, position);
    },
    atEnd() {
      for (const { stored: beside, fromStart, keys, lastOffset } of partitions.values()) {
        beside?.atEnd({ fromStart, keys: keys.values() }, lastOffset);
      }
      for (const [, { first, forms }] of incidents.left()) {
        const about = forms[0]?.about;
        if (about === undefined || !isUnexpected(about.subject)) continue;
        const { verdictId, incidentId, revision } = about;
        const detail = `no verdict leads to its revision ${revision}`;
        findings.add('unexpected-incident', { ...first, verdictId, incidentId }, detail);
      }
    },
  };
}

function incidentsAt({ keys, fromStart }: VerdictPartition, key: string): ReplayedIncidents {
  const known = keys.get(key);
  if (known !== undefined) return known;
  const begun = {
    ...{ key, offset: -1, dueOffset: -1, known: fromStart },
    ...{ state: noIncidents, hasPast: !fromStart, lastOffset: -1 },
  };
  keys.set(key, begun);
  return begun;
}

function stateIn(bytes: Buffer): SubjectIncidents {
  switch (bytes[0]) {
    case tags.incidents:
      return JSON.parse(bytes.toString('utf8', 1)) as SubjectIncidents;
    case tags.episodes:
      return noIncidents;
    default:
      throw new TypeError(`stored incidents have the tag ${bytes[0]}`);
  }
}

/** The bytes that the store must hold. */
function bytesOf({ state }: ReplayedIncidents): Buffer {
  return Buffer.concat([Buffer.of(tags.incidents), Buffer.from(JSON.stringify(state))]);
}
