import { exitCodes } from '../platform/exit-codes.ts';
import type { Finding, OutputCounts, VerifyReport } from '../verifier/verify-report.ts';

/** How a verification ends that could be done, beside 0. */
const verifyExitCodes = {
  foundSomething: 1,
  /** Nothing differs in what could be recomputed, and not everything could. */
  partlyVerified: 2,
} as const;

/** The report for people: a line for each thing that was looked at, the findings, and what that comes to. */
export function verifiedInWords(report: VerifyReport): string {
  const { records, batches, acked, verdicts, pending, beforeLog, stateHash } = report;
  const duplicates = `${report.duplicatedIds} ids twice with the same bytes (${report.duplicatePercent.toFixed(2)} % of the records)`;
  const lines = [
    `input             ${records} records, ${batches} batches${acked === null ? '' : `, ${acked} acknowledged`}`,
    `verdicts          ${verdicts}, ${duplicates}`,
    `lost              ${report.lost}${pending === 0 ? '' : `; ${pending} pending`}`,
    `differing bytes   ${report.differingBytes}; stale templates ${report.staleTemplates}`,
    `reordered         ${report.reordered}; in another partition ${report.misplaced}; unexpected ${report.unexpected}`,
    `states            ${report.states} of the scorer, ${report.alertingStates} of incidents and ${report.publishingStates} of publishing compared, ${report.stateDifferences + report.appliedDifferences} differ`,
    `dead letters      ${outputsInWords(report.deadLetters)}`,
    `incidents         ${outputsInWords(report.incidents)}`,
    `alerts            ${outputsInWords(report.alerts)}`,
    `state hash        ${stateHash ?? 'none: not every state could be recomputed'}`,
    ...unverifiedInWords(report),
    ...(beforeLog === 0 ? [] : [`before the log    ${beforeLog} verdicts: their batches are not kept any more`]),
    `seconds           ${report.seconds}`,
    ...report.findings.map(findingInWords),
    ...(report.findingsLeftOut === 0 ? [] : [`... and ${report.findingsLeftOut} more: --max-findings lists them`]),
    conclusions[verifyExitCodeOf(report)],
  ];
  return `${lines.join('\n')}\n`;
}

const conclusions = {
  [exitCodes.ok]: 'everything was recomputed, and nothing differs',
  [verifyExitCodes.foundSomething]: 'the system did not do what it promises',
  [verifyExitCodes.partlyVerified]: 'not everything was verified: what was is as it must be, the rest is not known',
} as const;

/** How `gaitkeeper verify` ends. */
export function verifyExitCodeOf(report: VerifyReport): keyof typeof conclusions {
  if (!report.ok) return verifyExitCodes.foundSomething;
  return report.complete ? exitCodes.ok : verifyExitCodes.partlyVerified;
}

/** A line for each thing that could not be verified. */
function unverifiedInWords(report: VerifyReport): string[] {
  const {
    records,
    unverifiable,
    beforeSnapshot,
    unverifiableIncidents,
    unverifiableAlerts,
    templatesUnused,
    templatesMissing,
  } = report;
  const older = beforeSnapshot === 0 ? '' : `; ${beforeSnapshot} are older than the snapshots`;
  const lines: [number, string][] = [
    [
      unverifiable,
      `unverifiable      ${unverifiable} of ${records}: relations were checked, bytes could not be${older}`,
    ],
    [
      unverifiableIncidents,
      `incidents unknown ${unverifiableIncidents} verdicts or revisions: the verdict topic's beginning is gone, or the incident topic's`,
    ],
    [
      unverifiableAlerts,
      `alerts unknown    ${unverifiableAlerts}: they carry names, or the beginning of the incident or the alert topic is gone`,
    ],
    [templatesUnused, `templates unused  ${templatesUnused} times, and they can be read now: were they away?`],
    [templatesMissing, `templates missing ${templatesMissing} times, and they still are`],
  ];
  return lines.filter(([count]) => count > 0).map(([, words]) => words);
}

function outputsInWords({ expected, missing, differingBytes, unexpected }: OutputCounts): string {
  return `${expected} expected, ${missing} missing, ${differingBytes} with other bytes, ${unexpected} unexpected`;
}

function findingInWords({
  invariant,
  kind,
  topic,
  partition,
  offset,
  verdictId,
  incidentId,
  alertId,
  detail,
}: Finding): string {
  const ids = [
    verdictId === undefined ? '' : ` verdict ${verdictId}`,
    incidentId === undefined ? '' : ` incident ${incidentId}`,
    alertId === undefined ? '' : ` alert ${alertId}`,
  ];
  return `${invariant} ${kind}: ${topic} ${partition}/${offset}${ids.join('')}: ${detail}`;
}
