import type { IncidentAlert } from '../alerts/alert.ts';
import { plainText, textLimits } from './plain-text.ts';

/** Whom and what an incident's pseudonyms stand for, as plain texts; empty where the directory does not say. */
export interface Identity {
  name: string;
  fullName: string;
  domain: string;
  /** None of them empty. */
  groups: string[];
  hostName: string;
}

/** What the directory said, made fit to stand in an alert. */
export function identityOf({ person, hostName }: IncidentAlert): Identity {
  const groups = (person?.groups ?? []).slice(0, textLimits.groups).map((group) => plainText(group, textLimits.group));
  return {
    name: plainText(person?.name ?? '', textLimits.name),
    fullName: plainText(person?.fullName ?? '', textLimits.name),
    domain: plainText(person?.domain ?? '', textLimits.name),
    groups: groups.filter((group) => group !== ''),
    hostName: plainText(hostName ?? '', textLimits.hostName),
  };
}
