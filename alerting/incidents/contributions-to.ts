import type { Modality, Verdict } from '../../detection/words/verdict.ts';
import { type IncidentContribution, type IncidentPattern, incidentLimits } from '../../schemas/incident.ts';

/** The modalities that may explain a pattern. */
const grounds: Readonly<Record<IncidentPattern, readonly Modality[]>> = {
  'behaviour-mismatch': ['keystrokes', 'pointer', 'activity', 'context'],
  'input-injection': ['cadence'],
  'activity-surprise': ['activity', 'context'],
};

/**
 * The features that speak for a pattern in a verdict, strongest first. Every modality explains its score, also one that looks
 * like the account itself; so the modality that is stranger to the account speaks first.
 */
export function contributionsTo(pattern: IncidentPattern, { modalities }: Verdict): IncidentContribution[] {
  return modalities
    .filter(({ modality }) => grounds[pattern].includes(modality))
    .toSorted((a, b) => (b.percentile ?? 0) - (a.percentile ?? 0))
    .flatMap(({ modality, contributions }) =>
      contributions.toSorted((a, b) => b.share - a.share).map((contribution) => ({ ...contribution, modality })),
    )
    .slice(0, incidentLimits.contributions)
    .map(withoutNegativeZero);
}

/** They are stored as JSON, which has no negative zero: a revision must not say another one after a restart. */
function withoutNegativeZero(contribution: IncidentContribution): IncidentContribution {
  const { observed, typical, share } = contribution;
  return { ...contribution, observed: observed + 0, typical: typical + 0, share: share + 0 };
}
