import type { Alert, HeldBackAlert, IncidentAlert } from '../alerts/alert.ts';
import { rounded } from '../rounded.ts';
import { attackIds } from './attack-techniques.ts';
import { identityOf } from './identity.ts';
import { heldBackSeverity, messageOf } from './message.ts';
import { otherExplanations } from './other-explanations.ts';
import { heldBackWords } from './pattern-words.ts';
import { plainText, textLimits } from './plain-text.ts';
import { reasonInWords } from './reason.ts';
import { alertRulesVersion } from './rules-version.ts';
import { severityScales } from './severity-scales.ts';
import { templateAgeDays } from './template-age.ts';

/** Between attributes; told in the header. */
const delimiter = '^';
/** The format knows no way to escape its delimiter, so a value holds this instead: the letter that looks alike. */
const delimiterInValues = 'ˆ';

/** One event of the Log Event Extended Format. Keys are letters and digits. */
export interface LeefEvent {
  eventId: string;
  attributes: readonly (readonly [key: string, value: string | number])[];
}

/**
 * An event as one line of LEEF 2.0 (https://www.ibm.com/docs/en/dsm?topic=overview-leef-event-components). A `^` within a
 * value becomes `ˆ` and a line break a space: whoever chose the value cannot begin another attribute.
 */
export function leefText({ eventId, attributes }: LeefEvent): string {
  const pairs = attributes.map(([key, value]) => `${key}=${inAttribute(`${value}`)}`);
  return `LEEF:2.0|gaitkeeper|gaitkeeper|${alertRulesVersion}|${eventId}|${delimiter}|${pairs.join(delimiter)}`;
}

/** What a value becomes in a line of LEEF. */
export function inAttribute(value: string): string {
  return value.replaceAll(delimiter, delimiterInValues).replace(/[\r\n]+/g, ' ');
}

function incidentEvent(alert: IncidentAlert): LeefEvent {
  const { incident } = alert;
  const { name, domain, hostName } = identityOf(alert);
  const ageDays = templateAgeDays(incident);
  return {
    eventId: incident.pattern,
    attributes: [
      // Milliseconds since 1970 need no devTimeFormat.
      ['devTime', incident.atMs],
      ['sev', severityScales[incident.severity].cef],
      ['cat', incident.state],
      ['usrName', name === '' ? incident.subject : name],
      ...(domain === '' ? [] : [['domain', domain] as const]),
      ...(hostName === '' ? [] : [['identHostName', hostName] as const]),
      ['alertId', alert.id],
      ['incidentId', incident.incidentId],
      ['revision', incident.revision],
      ['asks', `${alert.asks}`],
      ['test', `${alert.isTest}`],
      ['riskScore', rounded(incident.highestRisk)],
      ['startTime', incident.startedAtMs],
      ['subject', incident.subject],
      ['deviceId', incident.device],
      ['sessionId', incident.session],
      ['tenant', plainText(incident.tenant, textLimits.name)],
      ['attack', attackIds(incident).join(',')],
      ['template', incident.templateKind],
      ['templateSamples', incident.templateSamples],
      ...(ageDays === undefined ? [] : [['templateAgeDays', ageDays] as const]),
      ['msg', messageOf(alert)],
      ['reason', reasonInWords(incident)],
      ['otherExplanations', otherExplanations(incident).join('; ')],
    ],
  };
}

function heldBackEvent(alert: HeldBackAlert): LeefEvent {
  return {
    eventId: heldBackWords.action,
    attributes: [
      ['devTime', alert.atMs],
      ['sev', severityScales[heldBackSeverity(alert)].cef],
      ['cat', heldBackWords.action],
      ['alertId', alert.id],
      ['asks', 'true'],
      ['test', `${alert.isTest}`],
      ['startTime', alert.fromMs],
      ['endTime', alert.untilMs],
      ['tenant', plainText(alert.tenant, textLimits.name)],
      ['heldBack', alert.heldBack],
      ['limit', alert.limit],
      ['msg', messageOf(alert)],
    ],
  };
}

/** An alert as one line of LEEF; see {@link alertRulesVersion} for what its bytes depend on. */
export function leefLine(alert: Alert): Buffer {
  switch (alert.kind) {
    case 'incident':
      return Buffer.from(leefText(incidentEvent(alert)));
    case 'held-back':
      return Buffer.from(leefText(heldBackEvent(alert)));
  }
}
