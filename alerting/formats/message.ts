import { type Severity, severities } from '../../schemas/incident.ts';
import type { Alert, HeldBackAlert } from '../alerts/alert.ts';
import { heldBackWords, patternWords } from './pattern-words.ts';
import { plainText, textLimits } from './plain-text.ts';

/** The line that an analyst reads first: what and about whom. Begins with a word of ours, whatever a person is called. */
export function messageOf(alert: Alert): string {
  const lead = alert.isTest ? 'Test: ' : '';
  switch (alert.kind) {
    case 'incident': {
      const { incident, person } = alert;
      const name = plainText(person?.name ?? '', textLimits.name);
      const who = name === '' ? incident.subject : name;
      return `${lead}${patternWords[incident.pattern].ruleName} (${incident.state}): ${who}`;
    }
    case 'held-back': {
      const { heldBack, limit } = alert;
      return `${lead}${heldBackWords.ruleName}: ${heldBack} of ${plainText(alert.tenant, textLimits.name)} held back beyond ${limit}`;
    }
  }
}

/** The highest severity among what was held back; `low` where there was none. */
export function heldBackSeverity({ bySeverity }: HeldBackAlert): Severity {
  return severities.findLast((severity) => bySeverity[severity] > 0) ?? 'low';
}
