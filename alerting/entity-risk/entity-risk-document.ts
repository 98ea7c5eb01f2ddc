import { alertLine } from '../alert-line.ts';
import { rounded } from '../rounded.ts';
import { type EntityRisk, halfLifeHours, riskOf } from './entity-risk.ts';

/** Elastic's bands of a normalised entity risk; a subject without incidents is `Unknown`. */
const levelFloors = [
  ['Critical', 90],
  ['High', 70],
  ['Moderate', 40],
  ['Low', 20],
] as const;

function levelOf(score: number): string {
  return levelFloors.find(([, floor]) => score >= floor)?.[0] ?? 'Unknown';
}

/**
 * The risk of a subject as one line of JSON, as of `asOfMs`: whoever reads it later lets each weight fall to half in
 * `halfLifeHours` and combines them anew. The words of `level` are those of the Elastic Common Schema's `user.risk`.
 */
export function entityRiskLine(tenant: string, subject: string, risk: EntityRisk): Buffer {
  const weighed = riskOf(risk);
  const score = rounded(weighed.score);
  return alertLine({
    tenant,
    subject,
    score,
    level: levelOf(score),
    asOfMs: risk.asOfMs,
    halfLifeHours,
    contributions: weighed.contributions.map(({ incidentId, pattern, risk: reached, weight, lastHighAtMs }) => ({
      incidentId,
      pattern,
      risk: rounded(reached),
      weight: rounded(weight),
      lastHighAtMs,
    })),
  });
}
