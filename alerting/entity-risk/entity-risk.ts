import type { IncidentPattern, IncidentRevision } from '../../schemas/incident.ts';

/** What one incident adds to the risk of its subject. */
export interface RiskContribution {
  incidentId: string;
  pattern: IncidentPattern;
  /** 0..100: the highest that the incident reached. */
  risk: number;
  lastHighAtMs: number;
}

/** The incidents that the risk of one subject comes from, the latest first. */
export interface EntityRisk {
  /** Of the latest revision, by the gateway's clock; it never goes back. */
  asOfMs: number;
  contributions: readonly RiskContribution[];
}

/** A risk with what it comes from; see {@link riskOf}. */
export interface WeighedRisk {
  /** 0..100. */
  score: number;
  /** In the order of {@link EntityRisk}; `weight` is 0..1, 1 at the incident's last high-risk verdict. */
  contributions: readonly (RiskContribution & { weight: number })[];
}

/** A subject about whom nothing is known. */
export const noRisk: EntityRisk = { asOfMs: 0, contributions: [] };

/** After so long an incident counts half. */
export const halfLifeHours = 24;
/** Incidents that are remembered: after a week a hundred-and-twenty-eighth of the oldest would be left. */
export const maxContributions = 16;
const halfLifeMs = halfLifeHours * 3_600_000;
/** An incident that counts less is forgotten: it moves no figure that is shown. */
const leastWeight = 2 ** -12;

/**
 * The risk of a subject after a revision of one of its incidents. Pure; the very value that was given where the revision
 * changes nothing but time. What an analyst knows to be false or harmless counts nothing.
 */
export function withRevision(before: EntityRisk, incident: IncidentRevision): EntityRisk {
  const { incidentId, pattern, highestRisk, lastHighAtMs, ruling, atMs } = incident;
  const asOfMs = Math.max(before.asOfMs, atMs);
  const known = before.contributions.find((each) => each.incidentId === incidentId);
  const rest = before.contributions.filter((each) => each !== known);
  if (ruling === 'false-positive' || ruling === 'benign-known') {
    return known === undefined ? before : { asOfMs, contributions: rest };
  }
  // An incident that began again tells of its risk since then; what it reached before is not forgotten for that.
  const risk = Math.max(highestRisk, known?.risk ?? 0);
  if (known !== undefined && known.risk === risk && known.lastHighAtMs >= lastHighAtMs) return before;
  const contribution = { incidentId, pattern, risk, lastHighAtMs: Math.max(lastHighAtMs, known?.lastHighAtMs ?? 0) };
  const contributions = [contribution, ...rest]
    .filter((each) => weightOf(each, asOfMs) >= leastWeight)
    .sort((a, b) => b.lastHighAtMs - a.lastHighAtMs)
    .slice(0, maxContributions);
  return { asOfMs, contributions };
}

/** How probable it is that at least one of the incidents was what it looked like: 100 x (1 - product of (1 - risk x weight)). */
export function riskOf({ asOfMs, contributions }: EntityRisk): WeighedRisk {
  const weighed = contributions.map((each) => ({ ...each, weight: weightOf(each, asOfMs) }));
  const calm = weighed.reduce((product, { risk, weight }) => product * (1 - (risk / 100) * weight), 1);
  return { score: 100 * (1 - calm), contributions: weighed };
}

function weightOf({ lastHighAtMs }: RiskContribution, asOfMs: number): number {
  return 2 ** (-Math.max(0, asOfMs - lastHighAtMs) / halfLifeMs);
}
