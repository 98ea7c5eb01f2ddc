import { otherExplanations } from '../../alerting/formats/other-explanations.ts';
import { patternWords } from '../../alerting/formats/pattern-words.ts';
import { reasonInWords } from '../../alerting/formats/reason.ts';
import { rounded } from '../../alerting/rounded.ts';
import type { Contribution } from '../../detection/words/verdict.ts';
import type { IncidentRevision } from '../../schemas/incident.ts';
import type { ExplainedIncident, ExplainedVerdict } from './explain-incident.ts';

const dayMs = 86_400_000;
const iso = (atMs: number) => new Date(atMs).toISOString();

/** The chain of an incident for an analyst: what was told, what was judged, by which features, against which template. */
export function explainedInWords({
  incidentId,
  revisions,
  opening,
  verdictsMeanwhile,
  missingVerdicts,
}: ExplainedIncident): string {
  const last = revisions.at(-1)?.revision;
  if (last === undefined) return '';
  const { tenant, subject, device, pattern, ruling } = last;
  const lines = [
    `incident ${incidentId}: ${patternWords[pattern].ruleName}`,
    `tenant ${tenant}, subject ${subject}, device ${device}`,
    `state ${last.state}, severity ${last.severity}, highest risk ${rounded(last.highestRisk)}, ${last.highVerdicts} high-risk of ${verdictsMeanwhile} verdicts`,
    ...(ruling === 'none' ? [] : [`an analyst said: ${ruling}`]),
    '',
    'opened by',
    ...verdictLines(opening),
  ];
  for (const { revision, verdict } of revisions) {
    const { closedBecause, state, atMs } = revision;
    const closing = closedBecause === 'none' ? '' : `, ${closedBecause}`;
    lines.push('', `revision ${revision.revision}, ${iso(atMs)}: ${state}${closing}`, `  ${reasonInWords(revision)}`);
    lines.push(...verdictLines(verdict));
  }
  lines.push('', templateLine(last), `what else could explain it: ${otherExplanations(last).join('; ')}`);
  if (missingVerdicts > 0) {
    lines.push(
      `${missingVerdicts} of its verdicts are gone: the verdict topic keeps them for 30 d as delivered; what the revisions say of them is above`,
    );
  }
  return `${lines.join('\n')}\n`;
}

function verdictLines(verdict: ExplainedVerdict | undefined): string[] {
  if (verdict === undefined) return ['  its verdict is no longer on the topic'];
  const { verdictId, source, receivedAtMs, decision, risk, keystrokes, strokes, evidence, modalities } = verdict;
  const place = `${source.topic}/${source.partition}/${source.offset}`;
  return [
    `  verdict ${verdictId}: ${decision}, risk ${rounded(risk)}, ${keystrokes} keys, ${strokes} strokes, ${iso(receivedAtMs)}, batch ${place}`,
    ...evidence.map(
      ({ clock, value, threshold }) => `    evidence (${clock}): ${rounded(value)} of ${rounded(threshold)}`,
    ),
    ...modalities.flatMap(({ modality, score, percentile, windowSamples, contributions }) => [
      `    ${modality}: ${score === null ? 'not scored' : `score ${rounded(score)}, above ${rounded(percentile ?? 0)} % of the account's own windows`}, ${windowSamples} samples`,
      ...contributions.map((each) => `      ${contributionInWords(each)}`),
    ]),
  ];
}

function contributionInWords({ feature, observed, typical, unit, direction, share }: Contribution): string {
  const inUnit = (value: number) => `${rounded(value)}${unit === '' ? '' : ` ${unit}`}`;
  return `${feature} ${inUnit(observed)}, ${direction === 'high' ? 'above' : 'below'} the typical ${inUnit(typical)} (${Math.round(share * 100)} % of the score)`;
}

function templateLine({
  templateKind,
  templateVersion,
  templateTrainedAtMs,
  templateSamples,
  atMs,
}: IncidentRevision): string {
  if (templateKind === 'none') return 'template: none; nothing to compare with yet';
  const days = ((atMs - templateTrainedAtMs) / dayMs).toFixed(1);
  const whose = templateKind === 'own' ? 'own' : 'pooled, as there is none of the account';
  return `template: ${whose}, ${templateSamples} windows, trained ${iso(templateTrainedAtMs)} (${days} days before), version ${templateVersion}`;
}
