import type { IncidentRevision } from '../../schemas/incident.ts';
import { capAt, type HeldBackCounts, type HourlyCap, hourMs, withHeldBack, withTold } from './hourly-cap.ts';

/** Whether an incident that is not over was told or held back. */
export type KnownIncident = 'told' | 'held-back';

/** What publishing remembers of a tenant in a partition. */
export interface PublishingState {
  cap: HourlyCap;
  /** By incident id, the one that was met longest ago first. */
  incidents: ReadonlyMap<string, KnownIncident>;
}

/** An hour in which something was held back, as far as it is known. */
export interface HeldBackHour extends HeldBackCounts {
  /** The hour's ends, ms since 1970. */
  fromMs: number;
  untilMs: number;
}

/** What becomes of a revision. `asks`: somebody is to look. */
export type Publication = { kind: 'told'; asks: boolean } | { kind: 'suppressed' } | { kind: 'held-back' };

/** What {@link publishRevision} comes to. */
export interface PublishingStep {
  state: PublishingState;
  publication: Publication;
  /** Hours to tell of: the one that ended, with its final counts, and the present one at the first that is held back. */
  hours: readonly HeldBackHour[];
}

/** What a revision is published under. */
export interface PublishingRules {
  /** Whether a suppression rule holds for it. */
  isSuppressed: boolean;
  /** Alerts that ask, an hour: of critical ones, and of all others. */
  limit: number;
}

/**
 * Incidents of one tenant and partition that are remembered: well above what the default limit lets be told in the longest
 * time that one stays open. A forgotten one that goes on is told once more.
 */
export const rememberedIncidents = 1_000;

/**
 * Decides about one revision of an incident. Pure.
 * - What a rule keeps back is not told; of an incident that was told, the end is told all the same.
 * - The first that is told of an incident asks, and each rise of its severity; further revisions are there to read.
 * - Where no more may ask in the hour, the incident is held back, with what follows of it, unless it escalates when more may.
 */
export function publishRevision(
  before: PublishingState,
  incident: IncidentRevision,
  { isSuppressed, limit }: PublishingRules,
): PublishingStep {
  const cap = capAt(before.cap, incident.atMs);
  const hours = cap !== before.cap && before.cap.heldBack.heldBack > 1 ? [hourOf(before.cap)] : [];
  const { incidents } = before;
  const { incidentId, state, severity } = incident;
  const known = incidents.get(incidentId);
  const isOver = state === 'closed';
  const rises = state === 'open' || state === 'escalated';

  const told = (asks: boolean, after = cap): PublishingStep => ({
    state: { cap: after, incidents: remembered(incidents, incidentId, isOver ? undefined : 'told') },
    publication: { kind: 'told', asks },
    hours,
  });

  if (isSuppressed && !(isOver && known === 'told')) {
    const rest = isOver ? remembered(incidents, incidentId, undefined) : incidents;
    return { state: { cap, incidents: rest }, publication: { kind: 'suppressed' }, hours };
  }
  if (known === 'told') return told(rises);
  if (known === undefined && isOver) return told(false);
  const mayAsk = known === undefined || rises ? withTold(cap, severity, limit) : undefined;
  if (mayAsk !== undefined) return told(true, mayAsk);
  const after = withHeldBack(cap, incident);
  return {
    state: { cap: after, incidents: remembered(incidents, incidentId, isOver ? undefined : 'held-back') },
    publication: { kind: 'held-back' },
    hours: after.heldBack.heldBack === 1 ? [...hours, hourOf(after)] : hours,
  };
}

function hourOf({ hour, heldBack }: HourlyCap): HeldBackHour {
  return { fromMs: hour * hourMs, untilMs: (hour + 1) * hourMs, ...heldBack };
}

/** With the incident as the one that was met last, or without it. */
function remembered(
  incidents: PublishingState['incidents'],
  incidentId: string,
  as: KnownIncident | undefined,
): PublishingState['incidents'] {
  if (as === undefined && !incidents.has(incidentId)) return incidents;
  const rest = new Map(incidents);
  rest.delete(incidentId);
  if (as === undefined) return rest;
  rest.set(incidentId, as);
  for (const oldest of rest.keys()) {
    if (rest.size <= rememberedIncidents) break;
    rest.delete(oldest);
  }
  return rest;
}
