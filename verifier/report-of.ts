import type { OutputTally } from './compare-outputs.ts';
import type { FindingList } from './finding-list.ts';
import type { AlertingTally } from './verify-alerting.ts';
import type { OutputCounts, VerifyReport } from './verify-report.ts';

/** What the parts of a verification came to. */
export interface Verified
  extends Pick<
    VerifyReport,
    'records' | 'batches' | 'acked' | 'states' | 'alertingStates' | 'stateHash' | 'beforeLog' | 'seconds'
  > {
  findings: FindingList;
  tally: OutputTally;
  /** `undefined` where alerts are left out. */
  alerting: AlertingTally | undefined;
  /** Records of the verdict topic that were looked at. */
  verdictRecords: number;
}

/** The report, from what was counted and found. */
export function reportOf({ findings, tally, alerting, verdictRecords, ...told }: Verified): VerifyReport {
  const { count } = findings;
  const { verdicts, pending, duplicatedIds, duplicateRecords } = tally;
  const { expected = 0, duplicatedIds: alertsTwice = 0, unverifiable: unverifiableAlerts = 0 } = alerting ?? {};
  const { unverifiable, templatesUnused, templatesMissing } = tally;
  const alerts: OutputCounts = {
    expected,
    duplicatedIds: alertsTwice,
    missing: count('alert-missing'),
    differingBytes: count('differing-alert'),
    unexpected: count('unexpected-alert'),
  };
  return {
    ok: findings.listed().length === 0,
    complete: unverifiable + unverifiableAlerts + templatesUnused + templatesMissing === 0,
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
    reordered: count('reordered-verdict'),
    misplaced: count('misplaced-verdict'),
    unexpected: count('unexpected-verdict', 'unreadable-verdict'),
    staleTemplates: count('stale-template'),
    states: told.states,
    alertingStates: told.alertingStates,
    stateDifferences: count('differing-state', 'state-missing', 'state-behind', 'unexpected-state', 'corrupt-state'),
    appliedDifferences: count('applied-behind', 'applied-ahead'),
    stateHash: told.stateHash,
    unverifiable,
    beforeSnapshot: tally.beforeSnapshot,
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
    alerts,
    findings: findings.listed(),
    findingsLeftOut: findings.leftOut(),
    seconds: told.seconds,
  };
}
