import type { Verdict } from '../../detection/words/verdict.ts';
import type { IncidentContribution } from '../../schemas/incident.ts';
import { newContributionShare, newRiskFactor, updateIntervalMs } from './incident-rules.ts';
import type { Told } from './subject-incidents.ts';

/** What a high-risk verdict tells of an incident, after what was told `before`. */
export function toldBy(verdict: Verdict, contributions: readonly IncidentContribution[], before?: Told): Told {
  const { receivedAtMs, risk, session, host, inputRoute, templateVersion } = verdict;
  // Gateways' clocks differ: an earlier time must not let the next update come sooner.
  const atMs = Math.max(receivedAtMs, before?.atMs ?? 0);
  return { atMs, risk, session, host, inputRoute, templateVersion, features: contributions.map(nameOf) };
}

/** Whether what a verdict tells is worth an update, and the last one is long enough ago. */
export function isNews(before: Told, now: Told, contributions: readonly IncidentContribution[]): boolean {
  if (now.atMs - before.atMs < updateIntervalMs) return false;
  const elsewhere = (['session', 'host', 'inputRoute', 'templateVersion'] as const).some(
    (name) => now[name] !== before[name],
  );
  return (
    elsewhere || now.risk > newRiskFactor * before.risk || untoldShare(before, contributions) > newContributionShare
  );
}

/** How much of the contributions comes from features that were not told, 0..1; 0 where there are none. */
function untoldShare({ features }: Told, contributions: readonly IncidentContribution[]): number {
  let all = 0;
  let untold = 0;
  for (const contribution of contributions) {
    all += contribution.share;
    if (!features.includes(nameOf(contribution))) untold += contribution.share;
  }
  return all > 0 ? untold / all : 0;
}

function nameOf({ modality, feature }: IncidentContribution): string {
  return `${modality}:${feature}`;
}
