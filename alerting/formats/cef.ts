import type { Alert, HeldBackAlert, IncidentAlert } from '../alerts/alert.ts';
import { rounded } from '../rounded.ts';
import { attackIds } from './attack-techniques.ts';
import { identityOf } from './identity.ts';
import { heldBackSeverity, messageOf } from './message.ts';
import { otherExplanations } from './other-explanations.ts';
import { heldBackWords, patternWords } from './pattern-words.ts';
import { plainText, textLimits } from './plain-text.ts';
import { reasonInWords } from './reason.ts';
import { alertRulesVersion } from './rules-version.ts';
import { severityScales } from './severity-scales.ts';
import { templateAgeDays } from './template-age.ts';

/** What the format's dictionary gives a text; longer ones are cut by the systems that read it. */
const maxValueCharacters = 1023;

/** Longest line in bytes of UTF-8, whatever an alert holds: what rsyslog takes for a message unless it is told otherwise. */
export const maxCefBytes = 8192;

/** One event of the Common Event Format. A value is a text or a number; a key is one of the format's dictionary. */
export interface CefEvent {
  signatureId: string;
  name: string;
  /** 0..10. */
  severity: number;
  extension: readonly (readonly [key: string, value: string | number])[];
}

/**
 * An event as one line of CEF 0. In the header `\` and `|` are escaped, in the extension `\`, `=` and line breaks, so that no
 * value can end its field (ArcSight Common Event Format, Implementation Standard, "Character Encoding").
 */
export function cefText({ signatureId, name, severity, extension }: CefEvent): string {
  const header = ['gaitkeeper', 'gaitkeeper', alertRulesVersion, signatureId, name, `${severity}`].map(inHeader);
  const pairs = extension.map(([key, value]) => `${key}=${inExtension(`${value}`)}`);
  return `CEF:0|${header.join('|')}|${pairs.join(' ')}`;
}

function inHeader(value: string): string {
  return value.replace(/[\\|]/g, '\\$&').replace(/[\r\n]+/g, ' ');
}

function inExtension(value: string): string {
  return value.replace(/[\\=]/g, '\\$&').replaceAll('\r', '\\r').replaceAll('\n', '\\n');
}

/** A custom field says in a second one what it holds. */
function labelled(key: string, label: string, value: string | number): [string, string | number][] {
  return [
    [`${key}Label`, label],
    [key, value],
  ];
}

const flag = (value: boolean) => (value ? 'true' : 'false');
const shown = (value: string) => plainText(value, maxValueCharacters);

function incidentEvent(alert: IncidentAlert): CefEvent {
  const { incident } = alert;
  const { name, domain, hostName } = identityOf(alert);
  const ageDays = templateAgeDays(incident);
  return {
    signatureId: incident.pattern,
    name: patternWords[incident.pattern].ruleName,
    severity: severityScales[incident.severity].cef,
    extension: [
      ['rt', incident.atMs],
      ['start', incident.startedAtMs],
      ...(incident.state === 'closed' ? [['end', incident.atMs] as const] : []),
      ['externalId', alert.id],
      ['cat', incident.pattern],
      ['act', incident.state],
      ['suid', incident.subject],
      ...(name === '' ? [] : [['suser', name] as const]),
      ...(domain === '' ? [] : [['sntdom', domain] as const]),
      ...(hostName === '' ? [] : [['shost', hostName] as const]),
      ['deviceExternalId', incident.device],
      ['msg', shown(messageOf(alert))],
      ['reason', shown(reasonInWords(incident))],
      ...labelled('cs1', 'incidentId', incident.incidentId),
      ...labelled('cs2', 'attack', attackIds(incident).join(',')),
      ...labelled('cs3', 'otherExplanations', shown(otherExplanations(incident).join('; '))),
      ...labelled('cs4', 'template', incident.templateKind),
      ...labelled('cs5', 'session', incident.session),
      ...labelled('cs6', 'tenant', plainText(incident.tenant, textLimits.name)),
      ...labelled('cn1', 'revision', incident.revision),
      ...labelled('cn2', 'templateSamples', incident.templateSamples),
      ...(ageDays === undefined ? [] : labelled('cn3', 'templateAgeDays', Math.floor(ageDays))),
      ...labelled('cfp1', 'riskScore', rounded(incident.highestRisk)),
      ...labelled('flexString1', 'asks', flag(alert.asks)),
      ...labelled('flexString2', 'test', flag(alert.isTest)),
    ],
  };
}

function heldBackEvent(alert: HeldBackAlert): CefEvent {
  return {
    signatureId: heldBackWords.action,
    name: heldBackWords.ruleName,
    severity: severityScales[heldBackSeverity(alert)].cef,
    extension: [
      ['rt', alert.atMs],
      ['start', alert.fromMs],
      ['end', alert.untilMs],
      ['externalId', alert.id],
      ['cat', heldBackWords.action],
      ['msg', shown(messageOf(alert))],
      ['cnt', alert.heldBack],
      ...labelled('cs6', 'tenant', plainText(alert.tenant, textLimits.name)),
      ...labelled('cn1', 'limit', alert.limit),
      ...labelled('flexString1', 'asks', flag(true)),
      ...labelled('flexString2', 'test', flag(alert.isTest)),
    ],
  };
}

/** An alert as one line of CEF; see {@link alertRulesVersion} for what its bytes depend on. */
export function cefLine(alert: Alert): Buffer {
  switch (alert.kind) {
    case 'incident':
      return Buffer.from(cefText(incidentEvent(alert)));
    case 'held-back':
      return Buffer.from(cefText(heldBackEvent(alert)));
  }
}
