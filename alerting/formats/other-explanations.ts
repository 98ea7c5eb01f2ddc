import type { InputRoute } from '../../detection/words/behaviour.ts';
import type { IncidentRevision } from '../../schemas/incident.ts';
import { rounded } from '../rounded.ts';
import { patternWords } from './pattern-words.ts';
import { plainText, textLimits } from './plain-text.ts';
import { templateAgeDays } from './template-age.ts';

/** Genuine windows below which a template knows little of a person: a quarter of what one can be fitted to. */
const shortHistoryWindows = 100;
/** A template older than this has missed a month of a person's changes. */
const oldTemplateDays = 30;

const routeWords = {
  local: undefined,
  'remote-desktop': 'input over a remote desktop, which changes timing',
  virtual: 'input through a virtual machine, which changes timing',
} as const satisfies Record<InputRoute, string | undefined>;

/**
 * What else could explain an incident: first what speaks for itself in its facts, then what can always be so. Words for a
 * person who decides whether to ask somebody; at least two.
 */
export function otherExplanations(incident: IncidentRevision): string[] {
  const route = routeWords[incident.inputRoute];
  return [
    ...(route === undefined ? [] : [route]),
    ...templateExplanations(incident),
    ...contextExplanations(incident),
    ...(incident.degraded ? ['fewer windows scored than usual, as scoring was behind'] : []),
    ...patternWords[incident.pattern].standingExplanations,
  ];
}

/** Only a mismatch is a comparison with a template. */
function templateExplanations(incident: IncidentRevision): string[] {
  if (incident.pattern !== 'behaviour-mismatch') return [];
  const { templateKind, templateSamples } = incident;
  switch (templateKind) {
    case 'none':
      return ['no template of the account yet'];
    case 'cohort':
      return ['no template of the account yet: a pooled one judged'];
    case 'own': {
      const ageDays = templateAgeDays(incident) ?? 0;
      const said: string[] = [];
      if (templateSamples < shortHistoryWindows)
        said.push(`a short history: ${templateSamples} windows in the template`);
      if (ageDays > oldTemplateDays) said.push(`an old template: ${Math.floor(ageDays)} days`);
      return said;
    }
  }
}

function contextExplanations({ contributions }: IncidentRevision): string[] {
  return contributions
    .filter(({ modality }) => modality === 'context')
    .map(({ feature, observed, typical }) => {
      const what = plainText(feature, textLimits.feature);
      return `an unusual context: this ${what} in ${rounded(observed)} of ${rounded(typical)} sessions`;
    });
}
