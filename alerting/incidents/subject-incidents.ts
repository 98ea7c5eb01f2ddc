import type { Verdict } from '../../detection/words/verdict.ts';
import type { IncidentRevision } from '../../schemas/incident.ts';

/** What was told last of a high-risk verdict. A later one is told again if it says something new beside it. */
export interface Told extends Pick<Verdict, 'risk' | 'session' | 'host' | 'inputRoute' | 'templateVersion'> {
  atMs: number;
  /** Of its contributions: modality and feature. */
  features: readonly string[];
}

/** What a revision repeats of its incident, whichever verdict made it. */
type Lasting =
  | 'incidentId'
  | 'revision'
  | 'device'
  | 'pattern'
  | 'startedAtMs'
  | 'openingVerdictId'
  | 'closedBecause'
  | 'ruling'
  | 'reopenings'
  | 'lastHighAtMs'
  | 'highestRisk'
  | 'highVerdicts'
  | 'contributions';

/** One incident of a subject: open, or closed and kept for rulings. It is open while `closedBecause` is `none`. */
export interface Incident extends Readonly<Pick<IncidentRevision, Lasting>> {
  /** When it opened last, by the gateway's clock. */
  readonly beganAtMs: number;
  /** 0 while it is open. */
  readonly closedAtMs: number;
  /** Calm verdicts of its device in a row, as many as count. */
  readonly calmVerdicts: number;
  readonly told: Told;
}

/** What is known of a subject's incidents. */
export interface SubjectIncidents {
  /** In the order in which they began. */
  readonly incidents: readonly Incident[];
  /**
   * The batch of the last verdict that changed anything here; absent before the first. A scorer that died repeats verdicts,
   * in their order: one up to this place was counted before, and must neither calm nor open a second time.
   */
  readonly through?: Verdict['source'];
}

/** A subject of which nothing was ever high. */
export const noIncidents: SubjectIncidents = { incidents: [] };
