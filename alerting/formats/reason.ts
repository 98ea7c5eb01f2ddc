import type { Evidence, EvidenceClock } from '../../detection/words/verdict.ts';
import type { ClosingReason, IncidentContribution, IncidentPattern, IncidentRevision } from '../../schemas/incident.ts';
import { rounded } from '../rounded.ts';
import { plainText, textLimits } from './plain-text.ts';

/** How many contributions are said in words. */
const saidContributions = 3;
/** Elastic does not index a longer keyword. */
const maxReasonCharacters = 1024;
const separator = '; ';

/** The clock whose evidence decides for a pattern, what that evidence is, and what its threshold stands for. */
const decisive = {
  'behaviour-mismatch': { clock: 'session', what: 'evidence of another person', limit: "the account's threshold" },
  'input-injection': { clock: 'instant', what: 'regularity of the input', limit: 'the limit that people stay under' },
  'activity-surprise': {
    clock: 'activity',
    what: 'evidence of foreign activity',
    limit: "the threshold over the account's own habits",
  },
} as const satisfies Record<IncidentPattern, { clock: EvidenceClock; what: string; limit: string }>;

const closingWords = {
  none: undefined,
  calm: 'closed, as behaviour is calm again',
  silence: 'closed, as nothing high came for hours',
  'false-positive': 'closed by an analyst as a false positive',
  'benign-known': 'closed by an analyst as known and allowed',
  displaced: 'closed, as newer incidents of the account took its place',
} as const satisfies Record<ClosingReason, string | undefined>;

/** Why an incident is what it is, as one line: `hold mean 212 ms, above the typical 118 ms; ...; evidence ... 1.31 times ...`. */
export function reasonInWords(incident: IncidentRevision): string {
  const { pattern, closedBecause, contributions, evidence } = incident;
  const closing = closingWords[closedBecause];
  const found = evidence.find(({ clock }) => clock === decisive[pattern].clock);
  const strength = found === undefined ? undefined : evidenceInWords(pattern, found);
  const said = [
    ...(closing === undefined ? [] : [closing]),
    ...contributions.slice(0, saidContributions).map(contributionInWords),
    ...(strength === undefined ? [] : [strength]),
  ];
  return said.length === 0 ? 'no feature stands out' : plainText(said.join(separator), maxReasonCharacters);
}

function contributionInWords({ feature, observed, typical, unit, direction }: IncidentContribution): string {
  const unitWords = plainText(unit, textLimits.feature);
  const inUnit = (value: number) => (unitWords === '' ? `${rounded(value)}` : `${rounded(value)} ${unitWords}`);
  const side = direction === 'high' ? 'above' : 'below';
  const what = plainText(feature, textLimits.feature).replaceAll('-', ' ');
  return `${what} ${inUnit(observed)}, ${side} the typical ${inUnit(typical)}`;
}

function evidenceInWords(pattern: IncidentPattern, { value, threshold }: Evidence): string | undefined {
  const times = rounded(value / threshold);
  if (threshold <= 0 || !Number.isFinite(times)) return undefined;
  const { what, limit } = decisive[pattern];
  return `${what} ${times} times ${limit}`;
}
