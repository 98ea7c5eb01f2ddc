import type { Ruling, Verdict } from '../../detection/words/verdict.ts';
import type { ClosingReason, IncidentPattern, IncidentRevision } from '../../schemas/incident.ts';
import { severityOf } from '../severity.ts';
import { contributionsTo } from './contributions-to.ts';
import { incidentIdOf } from './incident-id.ts';
import {
  calmRisk,
  calmVerdictsToClose,
  coolDownMs,
  keptClosedMs,
  longestSilenceMs,
  maxIncidents,
  shortestOpenMs,
} from './incident-rules.ts';
import { isNews, toldBy } from './news.ts';
import { patternOf } from './pattern-of.ts';
import { revisionOf } from './revision-of.ts';
import type { Incident, SubjectIncidents } from './subject-incidents.ts';

/** What one verdict came to. */
export interface IncidentStep {
  /** The very state that was given where the verdict changed nothing. */
  state: SubjectIncidents;
  /** In the order in which they are to be told. */
  revisions: IncidentRevision[];
  /** Rulings on incidents that are not, or no longer, known. */
  unknownRulings: number;
}

/** A verdict on its way through the incidents of its subject. */
interface Course {
  readonly verdict: Verdict;
  incidents: readonly Incident[];
  readonly revisions: IncidentRevision[];
}

/**
 * Advances a subject's incidents by one verdict. Pure. What analysts said applies first, then what time has done, then what the
 * verdict says itself. A verdict that could not judge (`undecided`) neither opens nor calms: silence is no evidence of
 * innocence.
 */
export function advanceIncidents(before: SubjectIncidents, verdict: Verdict): IncidentStep {
  if (isRepeated(before, verdict)) return { state: before, revisions: [], unknownRulings: 0 };
  const course: Course = { verdict, incidents: before.incidents, revisions: [] };
  const unknownRulings = verdict.rulings.filter((ruling) => !applyRuling(course, ruling)).length;
  closeSilent(course);
  forgetOld(course);
  if (verdict.decision !== 'undecided') {
    countCalm(course);
    const pattern = patternOf(verdict);
    if (pattern !== undefined) meetHighRisk(course, pattern);
  }
  const { incidents, revisions } = course;
  const state = incidents === before.incidents ? before : { incidents, through: verdict.source };
  return { state, revisions, unknownRulings };
}

/** Whether the verdict was counted before. A topic that was created anew under another name begins again. */
function isRepeated({ through }: SubjectIncidents, { source }: Verdict): boolean {
  return through?.topic === source.topic && through.partition === source.partition && source.offset <= through.offset;
}

const isOpen = ({ closedBecause }: Incident): boolean => closedBecause === 'none';

/** Keeps what has become of an incident, in its place. */
function keep(course: Course, before: Incident, after: Incident): void {
  course.incidents = course.incidents.map((each) => (each === before ? after : each));
}

/** The same, and tells it. */
function tell(course: Course, before: Incident, after: Incident, state: IncidentRevision['state']): void {
  const told = { ...after, revision: after.revision + 1 };
  keep(course, before, told);
  course.revisions.push(revisionOf(told, course.verdict, state));
}

function close(course: Course, incident: Incident, closedBecause: ClosingReason): void {
  tell(course, incident, { ...incident, closedBecause, closedAtMs: course.verdict.receivedAtMs }, 'closed');
}

/** False where the incident is not known. What an analyst said before, and says again, is not told again. */
function applyRuling(course: Course, { incidentId, ruling }: Ruling): boolean {
  const incident = course.incidents.find((each) => each.incidentId === incidentId);
  if (incident === undefined) return false;
  if (incident.ruling === ruling) return true;
  const ruled = { ...incident, ruling };
  const open = isOpen(incident);
  switch (ruling) {
    case 'confirmed':
    case 'unsure':
      tell(course, incident, ruled, open ? 'updated' : 'closed');
      return true;
    case 'false-positive':
    case 'benign-known': {
      const closedAtMs = open ? course.verdict.receivedAtMs : incident.closedAtMs;
      tell(course, incident, { ...ruled, closedBecause: ruling, closedAtMs }, 'closed');
      return true;
    }
  }
}

/** Noticed at any verdict of the subject: the device may never say anything again. */
function closeSilent(course: Course): void {
  const sinceMs = course.verdict.receivedAtMs - longestSilenceMs;
  for (const incident of course.incidents) {
    if (isOpen(incident) && incident.lastHighAtMs < sinceMs) close(course, incident, 'silence');
  }
}

function forgetOld(course: Course): void {
  const sinceMs = course.verdict.receivedAtMs - keptClosedMs;
  const left = course.incidents.filter((each) => isOpen(each) || each.closedAtMs >= sinceMs);
  if (left.length < course.incidents.length) course.incidents = left;
}

/** Only the same device calms: the account's owner, at work elsewhere, says nothing about who sits here. */
function countCalm(course: Course): void {
  const { device, risk, receivedAtMs } = course.verdict;
  for (const incident of course.incidents) {
    if (!isOpen(incident) || incident.device !== device) continue;
    const calmVerdicts = risk < calmRisk ? Math.min(calmVerdictsToClose, incident.calmVerdicts + 1) : 0;
    const after = calmVerdicts === incident.calmVerdicts ? incident : { ...incident, calmVerdicts };
    if (after !== incident) keep(course, incident, after);
    const isLongOpen = receivedAtMs - incident.beganAtMs >= shortestOpenMs;
    if (calmVerdicts === calmVerdictsToClose && isLongOpen) close(course, after, 'calm');
  }
}

function meetHighRisk(course: Course, pattern: IncidentPattern): void {
  const { device, receivedAtMs } = course.verdict;
  const own = course.incidents.filter((each) => each.device === device && each.pattern === pattern);
  const open = own.find(isOpen);
  // What an analyst closed does not begin again, nor what fell silent half a day ago.
  const calmed = own.findLast(
    ({ closedBecause, closedAtMs }) => closedBecause === 'calm' && closedAtMs >= receivedAtMs - coolDownMs,
  );
  if (open !== undefined) goOn(course, open);
  else if (calmed !== undefined) openAgain(course, calmed);
  else begin(course, pattern);
}

function goOn(course: Course, incident: Incident): void {
  const { verdict } = course;
  const contributions = contributionsTo(incident.pattern, verdict);
  const after: Incident = {
    ...incident,
    // Gateways' clocks differ: a batch may have been received before an earlier one.
    lastHighAtMs: Math.max(incident.lastHighAtMs, verdict.receivedAtMs),
    highestRisk: Math.max(incident.highestRisk, verdict.risk),
    highVerdicts: incident.highVerdicts + 1,
    calmVerdicts: 0,
    contributions,
  };
  const told = toldBy(verdict, contributions, incident.told);
  if (severityOf(after.highestRisk) !== severityOf(incident.highestRisk)) {
    tell(course, incident, { ...after, told }, 'escalated');
  } else if (isNews(incident.told, told, contributions)) {
    tell(course, incident, { ...after, told }, 'updated');
  } else {
    keep(course, incident, after);
  }
}

/** What every opening begins with, the first and a later one. */
function begun(pattern: IncidentPattern, verdict: Verdict, before?: Incident) {
  const { receivedAtMs, risk } = verdict;
  const contributions = contributionsTo(pattern, verdict);
  return {
    closedBecause: 'none',
    closedAtMs: 0,
    beganAtMs: receivedAtMs,
    lastHighAtMs: receivedAtMs,
    highestRisk: risk,
    highVerdicts: 1,
    calmVerdicts: 0,
    contributions,
    told: toldBy(verdict, contributions, before?.told),
  } as const satisfies Partial<Incident>;
}

function openAgain(course: Course, incident: Incident): void {
  const reopenings = incident.reopenings + 1;
  tell(course, incident, { ...incident, ...begun(incident.pattern, course.verdict, incident), reopenings }, 'open');
}

function begin(course: Course, pattern: IncidentPattern): void {
  const { verdict } = course;
  makeRoom(course);
  const incident: Incident = {
    incidentId: incidentIdOf(pattern, verdict),
    revision: 0,
    device: verdict.device,
    pattern,
    startedAtMs: verdict.receivedAtMs,
    openingVerdictId: verdict.verdictId,
    ruling: 'none',
    reopenings: 0,
    ...begun(pattern, verdict),
  };
  course.incidents = [...course.incidents, incident];
  tell(course, incident, incident, 'open');
}

/** The oldest gives way to one more than may be kept: a closed one where there is one, else an open one, which is told. */
function makeRoom(course: Course): void {
  if (course.incidents.length < maxIncidents) return;
  const oldest = course.incidents.find((each) => !isOpen(each)) ?? course.incidents[0];
  if (oldest === undefined) return;
  if (isOpen(oldest)) close(course, oldest, 'displaced');
  course.incidents = course.incidents.filter(({ incidentId }) => incidentId !== oldest.incidentId);
}
