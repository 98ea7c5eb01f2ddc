import type { Verdict } from '../../detection/words/verdict.ts';
import type { IncidentPattern } from '../../schemas/incident.ts';
import { openingRisk } from './incident-rules.ts';

/** What a high-risk verdict is about; `undefined` for one that is not high-risk. */
export function patternOf({ risk, decision }: Pick<Verdict, 'risk' | 'decision'>): IncidentPattern | undefined {
  if (risk < openingRisk) return undefined;
  switch (decision) {
    case 'machine':
      return 'input-injection';
    case 'impostor':
      return 'behaviour-mismatch';
    // Suspicion of the person stays below high risk; what is above it is about what was done.
    case 'suspicious':
      return 'activity-surprise';
    case 'genuine':
    case 'undecided':
      return undefined;
  }
}
