import type { Contribution, Evidence, EvidenceClock, Modality, Verdict } from '../detection/words/verdict.ts';
import type { RuleFamily } from './episode.ts';
import { rounded } from './rounded.ts';

/** A contribution with the modality that it comes from. */
export type ModalContribution = Contribution & { modality: Modality };

/** Contributions named in one alert, strongest first. */
const contributionLimit = 8;
/** Of these, how many are said in words. */
const saidContributions = 3;
/** Elastic does not index a longer keyword. */
const maxReasonCharacters = 1024;
const separator = '; ';

/** What a family is concluded from: the modalities that may explain it, and the clock whose evidence decided. */
const grounds = {
  'behaviour-mismatch': { modalities: ['keystrokes', 'pointer', 'activity', 'context'], clock: 'session' },
  'input-injection': { modalities: ['cadence'], clock: 'instant' },
  'activity-surprise': { modalities: ['activity', 'context'], clock: 'activity' },
} as const satisfies Record<RuleFamily, { modalities: readonly Modality[]; clock: EvidenceClock }>;

/** How evidence is said: what it is, and what its threshold stands for. */
const evidenceWords = {
  'behaviour-mismatch': ['evidence of another person', "the account's threshold"],
  'input-injection': ['regularity of the input', 'the limit that people stay under'],
  'activity-surprise': ['evidence of foreign activity', "the threshold over the account's own habits"],
} as const satisfies Record<RuleFamily, readonly [what: string, threshold: string]>;

/**
 * The features that speak for a family in a verdict. Every modality explains its score, also one that looks like the
 * account itself; so the modality that is stranger to the account speaks first.
 */
export function contributionsTo(family: RuleFamily, verdict: Verdict): ModalContribution[] {
  const wanted: readonly Modality[] = grounds[family].modalities;
  return verdict.modalities
    .filter(({ modality }) => wanted.includes(modality))
    .sort((a, b) => (b.percentile ?? 0) - (a.percentile ?? 0))
    .flatMap(({ modality, contributions }) =>
      [...contributions].sort((a, b) => b.share - a.share).map((contribution) => ({ ...contribution, modality })),
    )
    .slice(0, contributionLimit);
}

/** Why the alert was raised, as one line: `hold mean 212 ms, typically 118 ms; ...; evidence ... 1.31 times ...`. */
export function reasonInWords(
  family: RuleFamily,
  verdict: Verdict,
  contributions: readonly ModalContribution[],
): string {
  const decisive = verdict.evidence.find(({ clock }) => clock === grounds[family].clock);
  const end = decisive !== undefined && decisive.threshold > 0 ? evidenceInWords(family, decisive) : undefined;
  const said: string[] = [];
  let left = maxReasonCharacters - (end?.length ?? 0);
  for (const contribution of contributions.slice(0, saidContributions)) {
    const words = inWords(contribution);
    left -= words.length + separator.length;
    if (left < 0) break;
    said.push(words);
  }
  return [...said, ...(end === undefined ? [] : [end])].join(separator);
}

function inWords({ feature, observed, typical, unit, direction }: ModalContribution): string {
  const inUnit = (value: number) => (unit === '' ? `${rounded(value)}` : `${rounded(value)} ${unit}`);
  const side = direction === 'high' ? 'above' : 'below';
  return `${feature.replaceAll('-', ' ')} ${inUnit(observed)}, ${side} the typical ${inUnit(typical)}`;
}

function evidenceInWords(family: RuleFamily, { value, threshold }: Evidence): string {
  const [what, limit] = evidenceWords[family];
  return `${what} ${rounded(value / threshold)} times ${limit}`;
}
