import type { FindingList } from './finding-list.ts';
import type { FoundOutputs } from './found-outputs.ts';
import type { AboutAlert } from './read-outputs.ts';
import type { OutputCounts } from './verify-report.ts';

/** What was counted of alerts; the rest follows from the findings. */
export type AlertsTally = Pick<OutputCounts, 'expected' | 'duplicatedIds'>;

/** Accuses alerts whose id stands there with two kinds of bytes: one id has the same bytes for ever. */
export function compareAlerts(alerts: FoundOutputs<AboutAlert>, findings: FindingList): AlertsTally {
  const tally: AlertsTally = { expected: 0, duplicatedIds: 0 };
  for (const [alertId, { first, forms }] of alerts.left()) {
    tally.expected += 1;
    if (forms.some(({ records }) => records > 1)) tally.duplicatedIds += 1;
    for (const { records } of forms.slice(1)) {
      const detail = `${records} of its records have other bytes than the first one`;
      findings.add('differing-alert', { ...first, alertId }, detail, records);
    }
  }
  return tally;
}
