import type { IncidentPattern, IncidentRevision, Severity } from '../../schemas/incident.ts';

/** Revisions that were held back in an hour. */
export interface HeldBackCounts {
  /** When the last of them was, ms since 1970. */
  atMs: number;
  heldBack: number;
  bySeverity: Readonly<Record<Severity, number>>;
  byPattern: Readonly<Record<IncidentPattern, number>>;
}

/** What was told and held back in the present hour of a tenant in a partition, by the gateway's clock. */
export interface HourlyCap {
  /** Hours since 1970; it never goes back. */
  hour: number;
  /** Alerts that ask, of critical severity and of all others: a flood of the one must not hold back the other. */
  toldCritical: number;
  toldOthers: number;
  heldBack: HeldBackCounts;
}

/** Length of the hour that is counted. */
export const hourMs = 3_600_000;

const none: HeldBackCounts = {
  atMs: 0,
  heldBack: 0,
  bySeverity: { low: 0, medium: 0, high: 0, critical: 0 },
  byPattern: { 'behaviour-mismatch': 0, 'input-injection': 0, 'activity-surprise': 0 },
};

/** Nothing was told and nothing held back. */
export const freshCap: HourlyCap = { hour: 0, toldCritical: 0, toldOthers: 0, heldBack: none };

/** The same, or a new hour where `atMs` lies in a later one. What comes late counts to the present hour. */
export function capAt(cap: HourlyCap, atMs: number): HourlyCap {
  const hour = Math.floor(atMs / hourMs);
  return hour > cap.hour ? { ...freshCap, hour } : cap;
}

/** One more alert that asks; `undefined` where as many as `limit` have been told. */
export function withTold(cap: HourlyCap, severity: Severity, limit: number): HourlyCap | undefined {
  const counter = severity === 'critical' ? 'toldCritical' : 'toldOthers';
  return cap[counter] < limit ? { ...cap, [counter]: cap[counter] + 1 } : undefined;
}

/** One more revision that is held back. */
export function withHeldBack(cap: HourlyCap, { atMs, severity, pattern }: IncidentRevision): HourlyCap {
  const { heldBack, bySeverity, byPattern, atMs: lastMs } = cap.heldBack;
  return {
    ...cap,
    heldBack: {
      atMs: Math.max(lastMs, atMs),
      heldBack: heldBack + 1,
      bySeverity: { ...bySeverity, [severity]: bySeverity[severity] + 1 },
      byPattern: { ...byPattern, [pattern]: byPattern[pattern] + 1 },
    },
  };
}
