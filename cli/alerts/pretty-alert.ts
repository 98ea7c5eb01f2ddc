import pc from 'picocolors';
import { z } from 'zod';

/** What of a document of the ECS topic is shown; alerts are as trustworthy as whoever may write the topic. */
const shown = z.object({
  '@timestamp': z.string(),
  message: z.string(),
  event: z.object({ kind: z.string(), severity: z.number(), reason: z.string() }),
  organization: z.object({ id: z.string() }).optional(),
  host: z.object({ id: z.string().optional(), name: z.string().optional() }).optional(),
  gaitkeeper: z.object({
    alert: z.object({ id: z.string(), revision: z.number(), state: z.string() }).optional(),
    template: z.object({ age_days: z.number().optional() }).optional(),
    other_explanations: z.array(z.string()).optional(),
  }),
});
type Shown = z.output<typeof shown>;

/** What a terminal might take for a command, or show in another place. */
const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Surrogate}]/gu;
const criticalSeverity = 99;

/** An alert of the ECS topic in words, a few lines for a person at a terminal. */
export function prettyAlert(line: string): string {
  const document = parsed(line);
  if (document === undefined) return pc.dim(`not an alert: ${line.length} characters`);
  const { message, event } = document;
  const colour = event.kind !== 'alert' ? pc.dim : event.severity >= criticalSeverity ? pc.red : pc.yellow;
  const severity = String(event.severity).padStart(2);
  const head = `${clean(document['@timestamp'])}  ${severity}  ${colour(clean(message))}`;
  return [head, ...[event.reason, ...incidentLines(document)].map((each) => `    ${clean(each)}`)].join('\n');
}

function incidentLines({ gaitkeeper, organization, host }: Shown): string[] {
  const { alert, template, other_explanations: explanations = [] } = gaitkeeper;
  if (alert === undefined) return [];
  const where = host === undefined ? '' : `, host ${host.name ?? host.id}`;
  const model = template?.age_days === undefined ? '' : `, template ${template.age_days} days old`;
  const whose = organization === undefined ? '' : `, tenant ${organization.id}`;
  const what = `incident ${alert.id} revision ${alert.revision} (${alert.state})${where}${model}${whose}`;
  return explanations.length === 0 ? [what] : [what, `or: ${explanations.join('; ')}`];
}

function clean(text: string): string {
  return text.replace(unprintable, '\ufffd');
}

function parsed(line: string): Shown | undefined {
  try {
    return shown.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}
