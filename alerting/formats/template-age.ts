import type { IncidentRevision } from '../../schemas/incident.ts';

const dayMs = 86_400_000;

/** Days, with one decimal, from a template's training to what it judged; `undefined` where no template judged. */
export function templateAgeDays(incident: IncidentRevision): number | undefined {
  const { templateKind, templateTrainedAtMs, atMs } = incident;
  if (templateKind === 'none' || templateTrainedAtMs === 0) return undefined;
  return Math.max(0, Math.round((atMs - templateTrainedAtMs) / (dayMs / 10)) / 10);
}
