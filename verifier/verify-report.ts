/** What each finding is called, and the invariant of `docs/delivery.md` that it breaks. */
export const findingKinds = {
  /** A batch of the input log that the system is done with, and no verdict of it. */
  'lost-verdict': 'I1',
  /** Acknowledged to a sender, and not in the input log. */
  'acked-not-in-log': 'I1',
  'dead-letter-missing': 'I1',
  /** A verdict that belongs to no batch of the input log, or to one that was set aside. */
  'unexpected-verdict': 'I2',
  /** A record of the verdict topic that is no verdict, or stands under another key than its subject's. */
  'unreadable-verdict': 'I2',
  /** The id of a batch's verdict, with other bytes than those recomputed. */
  'differing-verdict': 'I2',
  'differing-dead-letter': 'I2',
  'unexpected-dead-letter': 'I2',
  'incident-missing': 'I2',
  'differing-incident': 'I2',
  /** A revision of an incident that there was not, or one too many of it; or what stands under another key than its subject's. */
  'unexpected-incident': 'I2',
  /** A revision that had to be told, or an hour in which some were held back, without an alert in ECS. */
  'alert-missing': 'I2',
  'differing-alert': 'I2',
  /** A record of the alert topic that is no alert, or one that nothing in the incident topic accounts for. */
  'unexpected-alert': 'I2',
  /** A verdict in another partition than its subject's: there alerting, and every reader, meets it out of order. */
  'misplaced-verdict': 'I3',
  /** First occurrence of a verdict after that of a later batch of the same subject. */
  'reordered-verdict': 'I3',
  /** The same two of revisions of incidents: a reader would take an earlier one for the last. */
  'misplaced-incident': 'I3',
  'reordered-incident': 'I3',
  /** State bytes other than those recomputed as of the stamped offset. */
  'differing-state': 'I4',
  'state-missing': 'I4',
  /** A state that does not contain a record at or below `applied`. */
  'state-behind': 'I4',
  /** A state of a key, or stamped with an offset, that the input log never wrote. */
  'unexpected-state': 'I4',
  /** A stored state that fails its checksum. */
  'corrupt-state': 'I4',
  /** `applied` below what was committed, or below the end of a settled log. */
  'applied-behind': 'I4',
  /** `applied` beyond the end of the input log. */
  'applied-ahead': 'I4',
  /** Judged by another template than the one active at that offset: a former one, a later one, or one never activated. */
  'stale-template': 'I5',
} as const;

/** One of {@link findingKinds}. */
export type FindingKind = keyof typeof findingKinds;

/** One broken promise, by where it stands; never by what anybody did. */
export interface Finding {
  invariant: 'I1' | 'I2' | 'I3' | 'I4' | 'I5';
  kind: FindingKind;
  /** Position of the input record where there is one, else of the output. */
  topic: string;
  partition: number;
  /** -1 where no record is meant but the partition. */
  offset: number;
  verdictId?: string;
  incidentId?: string;
  alertId?: string;
  detail: string;
}

/** One kind of output beside verdicts. */
export interface OutputCounts {
  /** By the recomputation. */
  expected: number;
  /** Expected, not there, and not pending. */
  missing: number;
  /** Ids that stand in the topic more than once with the same bytes: allowed, a reader drops them by id. */
  duplicatedIds: number;
  /** Records with an expected id and other bytes. */
  differingBytes: number;
  /** Records that nothing in the input log accounts for. */
  unexpected: number;
}

/** What a verification found. Counts are complete; `findings` is bounded. */
export interface VerifyReport {
  /** No finding. What could not be verified is no finding: see `complete`. */
  ok: boolean;
  /** Everything was recomputed: `unverifiable`, `unverifiableIncidents`, `unverifiableAlerts`, `templatesUnused` and `templatesMissing` are 0. */
  complete: boolean;
  /** Input records replayed: batches, activations, controls, and what was set aside. */
  records: number;
  batches: number;
  /** Acknowledged ids that were given; `null` where none were. */
  acked: number | null;
  /** Distinct ids of expected verdicts that were found. */
  verdicts: number;
  /** Inputs that led to nothing: batches without verdict, acked ids that are not in the log, dead letters that are missing. */
  lost: number;
  /** Batches beyond `applied` without a verdict yet. With `settled` there are none: they are lost. */
  pending: number;
  /** Verdict ids that stand in the topic more than once with the same bytes: allowed, and counted. */
  duplicatedIds: number;
  /** Records of the verdict topic beyond the first of their id. */
  duplicateRecords: number;
  /** Of all records of the verdict topic. */
  duplicatePercent: number;
  /** Records of the verdict topic with an expected id and other bytes, those of a stale template apart. */
  differingBytes: number;
  /** Verdicts, and revisions of incidents. */
  reordered: number;
  /** Records of the verdict topic that belong to no batch, or cannot be read. */
  unexpected: number;
  staleTemplates: number;
  /** Verdicts and revisions that stand in another partition than their subject's. */
  misplaced: number;
  /** States of the scorer in the store that were compared with recomputed ones. */
  states: number;
  /** The same of the stage that makes incidents. */
  alertingStates: number;
  /** The same of publishing. */
  publishingStates: number;
  stateDifferences: number;
  /** Partitions whose `applied` is not what it must be. */
  appliedDifferences: number;
  /** SHA-256 over all recomputed states of the scorer by partition and key; `null` where some could not be recomputed. */
  stateHash: string | null;
  /**
   * Inputs of which only relations could be checked, not bytes: the log was cut, and no snapshot goes back so far; or a
   * template has gone since.
   */
  unverifiable: number;
  /** Of these, inputs that are older than the snapshots from which the replay went on. */
  beforeSnapshot: number;
  /**
   * Verdicts of which it is not known what they had to do to an incident, as `unverifiable`, for the verdict topic; or
   * revisions of which it is not known whether they were there, as the beginning of the incident topic is gone.
   */
  unverifiableIncidents: number;
  /**
   * The same of alerts: revisions of which it is not known whether they had to be told, or were; and alerts with names, whose
   * bytes follow from the directory, which the verifier does not read.
   */
  unverifiableAlerts: number;
  /**
   * Verdicts made without the subject's own template, and activations refused, although the template can be read now. The
   * bytes are what they must be without it; whether it was really away then, nobody can tell.
   */
  templatesUnused: number;
  /** Verdicts made without the subject's own template, which cannot be read now either. */
  templatesMissing: number;
  /** Verdicts of batches that the input log does not hold any more: only their ids were checked. */
  beforeLog: number;
  deadLetters: OutputCounts;
  /** Revisions of incidents. */
  incidents: OutputCounts;
  /** In ECS. */
  alerts: OutputCounts;
  /** The first ones, in the order in which they were found. */
  findings: Finding[];
  findingsLeftOut: number;
  seconds: number;
}
