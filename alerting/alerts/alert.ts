import type { IncidentPattern, IncidentRevision, Severity } from '../../schemas/incident.ts';

/** Who a pseudonym stands for, as the directory tells it; texts are untrusted and may hold anything. */
export interface Person {
  /** Account name, for example `avery`. */
  name: string;
  fullName: string | null;
  /** Of the account, for example `CORP`. */
  domain: string | null;
  groups: readonly string[];
}

/** One revision of an incident, as a SIEM is told of it. */
export interface IncidentAlert {
  kind: 'incident';
  /** 32 hexadecimal digits over everything that the alert says: the same id has the same bytes in each format. */
  id: string;
  incident: IncidentRevision;
  /** `undefined` where no directory is configured, or it does not know the subject. */
  person: Person | undefined;
  /** Name of the host; `undefined` as for {@link person}. */
  hostName: string | undefined;
  /**
   * Whether somebody is asked to look: at the first that is told of an incident, when it opens again, and at each rise of its
   * severity. Everything else is there to read.
   */
  asks: boolean;
  /** Written by `alerts emit-sample`, and about nobody. */
  isTest: boolean;
}

/** What was held back of a flood of incidents, so that nobody takes the silence for calm. */
export interface HeldBackAlert {
  kind: 'held-back';
  /** As in {@link IncidentAlert}. */
  id: string;
  tenant: string;
  /** The hour, by the gateway's clock. */
  fromMs: number;
  untilMs: number;
  /** When the last of them was, ms since 1970. */
  atMs: number;
  /** Revisions that would have been told. */
  heldBack: number;
  bySeverity: Readonly<Record<Severity, number>>;
  byPattern: Readonly<Record<IncidentPattern, number>>;
  /** How many are told in an hour. */
  limit: number;
  isTest: boolean;
}

/** What stands on an alert topic, in one of its formats. */
export type Alert = IncidentAlert | HeldBackAlert;
