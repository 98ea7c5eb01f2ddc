import { readFileSync } from 'node:fs';
import type { InputRoute } from '../../detection/words/behaviour.ts';
import type { IncidentPattern, IncidentRevision } from '../../schemas/incident.ts';

/** How far behaviour alone supports a technique. */
export type AttackConfidence = 'low' | 'medium' | 'high';

/** Something of MITRE ATT&CK by its id and name. */
export interface AttackName {
  id: string;
  name: string;
}

/** A technique that an incident may be, with the tactic that it serves here. */
export interface AttackTechnique {
  /** Only for incidents whose input came this way. */
  when?: InputRoute;
  technique: AttackName;
  subtechnique?: AttackName;
  tactic: AttackName;
  confidence: AttackConfidence;
}

interface AttackFile {
  attackVersion: string;
  patterns: Record<IncidentPattern, AttackTechnique[]>;
}

const file = JSON.parse(readFileSync(new URL('attack-techniques.json', import.meta.url), 'utf8')) as AttackFile;

/** Release of MITRE ATT&CK Enterprise that the ids were checked against. */
export const attackVersion = file.attackVersion;

/** What an incident may be, most likely first; at least one. */
export function techniquesOf({ pattern, inputRoute }: IncidentRevision): AttackTechnique[] {
  return file.patterns[pattern].filter(({ when }) => when === undefined || when === inputRoute);
}

/** Ids of what an incident may be, the narrowest each, most likely first: `T1078`, `T1021.001`. */
export function attackIds(incident: IncidentRevision): string[] {
  return techniquesOf(incident).map(({ technique, subtechnique }) => (subtechnique ?? technique).id);
}
