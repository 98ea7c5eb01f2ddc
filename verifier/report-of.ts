import type { OutputTally } from './compare-outputs.ts';
import type { FindingList } from './finding-list.ts';
import type { IncidentsTally } from './verify-incidents.ts';
import type { AlertsTally } from './verify-publishing.ts';
import type { VerifyReport } from './verify-report.ts';

/** What the parts of a verification came to. */
export interface Verified
  extends Pick<
    VerifyReport,
    | 'records'
    | 'batches'
    | 'acked'
    | 'states'
    | 'alertingStates'
    | 'publishingStates'
    | 'stateHash'
    | 'beforeLog'
    | 'seconds'
  > {
  findings: FindingList;
  tally: OutputTally;
  /** Both `undefined` where alerts are left out. */
  incidents: IncidentsTally | undefined;
  alerts: AlertsTally | undefined;
  /** Records of the verdict topic that were looked at. */
  verdictRecords: number;
}

/** The report, from what was counted and found. */
export function reportOf({ findings, tally, incidents, alerts, verdictRecords, ...told }: Verified): VerifyReport {
  const { count } = findings;
  const { verdicts, pending, duplicatedIds, duplicateRecords } = tally;
  const { unverifiable, templatesUnused, templatesMissing } = tally;
  const unverifiableIncidents = incidents?.unverifiable ?? 0;
  const unverifiableAlerts = alerts?.unverifiable ?? 0;
  const notKnown = unverifiable + unverifiableIncidents + unverifiableAlerts;
  return {
    ok: findings.listed().length === 0,
    complete: notKnown + templatesUnused + templatesMissing === 0,
    records: told.records,
    batches: told.batches,
    acked: told.acked,
    verdicts,
    lost: count('lost-verdict', 'acked-not-in-log', 'dead-letter-missing'),
    pending,
    duplicatedIds,
    duplicateRecords,
    duplicatePercent: verdictRecords === 0 ? 0 : (100 * duplicateRecords) / verdictRecords,
    differingBytes: count('differing-verdict'),
    reordered: count('reordered-verdict', 'reordered-incident'),
    misplaced: count('misplaced-verdict', 'misplaced-incident'),
    unexpected: count('unexpected-verdict', 'unreadable-verdict'),
    staleTemplates: count('stale-template'),
    states: told.states,
    alertingStates: told.alertingStates,
    publishingStates: told.publishingStates,
    stateDifferences: count('differing-state', 'state-missing', 'state-behind', 'unexpected-state', 'corrupt-state'),
    appliedDifferences: count('applied-behind', 'applied-ahead'),
    stateHash: told.stateHash,
    unverifiable,
    beforeSnapshot: tally.beforeSnapshot,
    unverifiableIncidents,
    unverifiableAlerts,
    templatesUnused,
    templatesMissing,
    beforeLog: told.beforeLog,
    deadLetters: {
      ...tally.deadLetters,
      missing: count('dead-letter-missing'),
      differingBytes: count('differing-dead-letter'),
      unexpected: count('unexpected-dead-letter'),
    },
    incidents: {
      ...outputCounts(incidents),
      missing: count('incident-missing'),
      differingBytes: count('differing-incident'),
      unexpected: count('unexpected-incident'),
    },
    alerts: {
      ...outputCounts(alerts),
      missing: count('alert-missing'),
      differingBytes: count('differing-alert'),
      unexpected: count('unexpected-alert'),
    },
    findings: findings.listed(),
    findingsLeftOut: findings.leftOut(),
    seconds: told.seconds,
  };
}

function outputCounts(tally: AlertsTally | undefined): Omit<AlertsTally, 'unverifiable'> {
  return { expected: tally?.expected ?? 0, duplicatedIds: tally?.duplicatedIds ?? 0 };
}
