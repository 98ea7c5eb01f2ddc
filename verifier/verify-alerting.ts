import { alertLine } from '../alerting/alert-line.ts';
import { ecsAlert } from '../alerting/ecs-alert.ts';
import { advanceEpisodes, type Episode, type EpisodeState } from '../alerting/episode.ts';
import type { Verdict } from '../detection/words/verdict.ts';
import type { RecordPosition } from '../platform/broker/broker.ts';
import { partitionOfKey } from '../platform/broker/partition-chooser.ts';
import type { FindingList } from './finding-list.ts';
import { compareForms, type FoundOutputs } from './found-outputs.ts';
import type { AboutAlert } from './read-outputs.ts';
import { type InitialStates, type ReplayedKey, subjectKeyOf } from './replayed-partition.ts';
import type { StoredStates } from './stored-states.ts';
import type { InputMarks } from './system-marks.ts';
import type { OutputCounts } from './verify-report.ts';

/** A subject's episodes as far as the verdict topic was read. */
interface ReplayedEpisodes extends ReplayedKey {
  state: EpisodeState;
  /** Some of its verdicts stand before what was replayed: what they raised is not known. */
  hasPast: boolean;
}

/** One partition of the verdict topic. */
interface VerdictPartition {
  marks: InputMarks;
  stored: StoredStates | undefined;
  throughOffset: number;
  fromStart: boolean;
  /** Of the topic as it was read. */
  lastOffset: number;
  /** Partitions of the alert topic in which an alert of a verdict from here was found: later ones are kept as well. */
  alertsIn: Set<number>;
  keys: Map<string, ReplayedEpisodes>;
}

/** What the work of alerting is compared with. */
export interface VerifyAlertingOptions {
  /** Of the partitions of the verdict topic that are verified. */
  marks: readonly InputMarks[];
  /** Whether these are all. */
  complete: boolean;
  /** Of the states in the store; empty where they are not looked at. */
  stored: ReadonlyMap<number, StoredStates>;
  /** Where the replay goes on, for partitions whose oldest verdicts are gone. */
  initial: ReadonlyMap<number, InitialStates>;
  /** The oldest offset that each partition of the alert topic keeps. */
  alertLows: readonly number[];
  /** Every alert that there is; each is taken once. */
  alerts: FoundOutputs<AboutAlert>;
  findings: FindingList;
}

/** What was counted; the rest follows from the findings. */
export interface AlertingTally extends Pick<OutputCounts, 'expected' | 'duplicatedIds'> {
  /** Verdicts of which it is not known whether they had to raise an alert. */
  unverifiable: number;
}

/**
 * The work of alerting, done a second time over the verdict topic as it stands: which alerts there must be, and with which
 * states they leave it. When an episode opens and what its alert says is told by alerting's own pure functions.
 */
export interface AlertingCheck {
  /** Every record of the verdict topic in the order of its partition; `undefined` where alerting sets it aside. */
  meet(position: RecordPosition, verdict: Verdict | undefined): void;
  /** Accuses alerts of no episode, and states that are missing or invented. */
  atEnd(): void;
  readonly tally: AlertingTally;
}

/** First byte of stored episodes; JSON follows. */
const episodesTag = 1;

/** Begins where each partition begins, or where its states were given. */
export function createAlertingCheck(options: VerifyAlertingOptions): AlertingCheck {
  const { complete, stored, alertLows, alerts, findings } = options;
  const tally: AlertingTally = { expected: 0, duplicatedIds: 0, unverifiable: 0 };
  const partitions = new Map(options.marks.map((marks) => [marks.partition, begin(marks)]));

  function begin(marks: InputMarks): VerdictPartition {
    const given = options.initial.get(marks.partition);
    const partition: VerdictPartition = {
      marks,
      stored: stored.get(marks.partition),
      throughOffset: given?.throughOffset ?? -1,
      fromStart: marks.lowOffset === 0 || given !== undefined,
      lastOffset: marks.lowOffset - 1,
      alertsIn: new Set(),
      keys: new Map(),
    };
    for (const { key, offset, bytes } of given?.states ?? []) {
      if (bytes[0] !== episodesTag) throw new TypeError(`stored episodes have the tag ${bytes[0]}`);
      const replayed = episodesAt(partition, key);
      replayed.offset = offset;
      replayed.hasPast = true;
      replayed.state = JSON.parse(bytes.toString('utf8', 1)) as EpisodeState;
      partition.stored?.afterWrite(replayed, () => bytesOf(replayed));
    }
    return partition;
  }

  function compareAlert({ marks, alertsIn }: VerdictPartition, opened: Episode, verdict: Verdict, at: RecordPosition) {
    const document = ecsAlert(opened, verdict);
    const { topic, partition, offset } = verdict.source;
    const about = { topic, partition, offset, verdictId: verdict.verdictId, alertId: opened.alertId };
    tally.expected += 1;
    const found = alerts.take(document.event.id);
    const home = partitionOfKey(Buffer.from(verdict.subject, 'latin1'), Math.max(1, alertLows.length));
    if (found === undefined) {
      const mayBeGone = (alertLows[home] ?? 0) > 0 && !alertsIn.has(home);
      const detail = `the episode (${opened.family}) of the verdict at ${at.partition}/${at.offset} has no alert`;
      if (mayBeGone) tally.unverifiable += 1;
      else if (at.offset <= marks.dueOffset) findings.add('alert-missing', about, detail);
      return;
    }
    alertsIn.add(home);
    if (found.forms.some(({ records }) => records > 1)) tally.duplicatedIds += 1;
    for (const { records } of compareForms(found, alertLine(document)).others) {
      findings.add('differing-alert', about, `${records} of its records have other bytes`, records);
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
      const own = episodesAt(partition, subjectKeyOf(verdict.tenant, verdict.subject));
      if (!own.known || position.offset <= Math.max(partition.throughOffset, own.offset)) {
        own.hasPast = true;
        tally.unverifiable += 1;
        return;
      }
      const { state, opened } = advanceEpisodes(own.state, verdict);
      if (state !== own.state) {
        own.state = state;
        own.offset = position.offset;
        partition.stored?.afterWrite(own, () => bytesOf(own));
      }
      if (opened !== undefined) compareAlert(partition, opened, verdict, position);
    },
    atEnd() {
      for (const { stored: beside, fromStart, keys, lastOffset } of partitions.values()) {
        beside?.atEnd({ fromStart, keys: keys.values() }, lastOffset);
      }
      for (const [, { first, forms }] of alerts.left()) {
        const about = forms[0]?.about;
        if (about === undefined || !isUnexpected(about.subject)) continue;
        const { verdictId, alertId } = about;
        findings.add('unexpected-alert', { ...first, verdictId, alertId }, 'no episode has this alert');
      }
    },
  };
}

function episodesAt({ keys, fromStart }: VerdictPartition, key: string): ReplayedEpisodes {
  const known = keys.get(key);
  if (known !== undefined) return known;
  const begun = { key, offset: -1, dueOffset: -1, known: fromStart, state: { open: {} }, hasPast: !fromStart };
  keys.set(key, begun);
  return begun;
}

/** The bytes that the store must hold. */
function bytesOf({ state }: ReplayedEpisodes): Buffer {
  return Buffer.concat([Buffer.of(episodesTag), Buffer.from(JSON.stringify(state))]);
}
