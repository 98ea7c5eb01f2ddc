import { alertLine } from '../alert-line.ts';
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

/** What every event says; `timestamp` stands first, where props.conf looks for it. */
function headOf(alert: Alert, atMs: number) {
  return {
    timestamp: new Date(atMs).toISOString(),
    app: 'gaitkeeper',
    type: 'alert',
    id: alert.id,
    is_test: alert.isTest,
    rules_version: alertRulesVersion,
  };
}

/**
 * One revision of an incident as a flat risk event: the fields of risk-based alerting, and those of the Alerts data model of
 * Splunk's Common Information Model.
 */
export function splunkIncident(alert: IncidentAlert) {
  const { incident } = alert;
  const { name, hostName } = identityOf(alert);
  const { ruleId, ruleName } = patternWords[incident.pattern];
  const user = name === '' ? incident.subject : name;
  const ageDays = templateAgeDays(incident);
  const attack = attackIds(incident);
  const strongest = incident.contributions[0];
  return {
    ...headOf(alert, incident.atMs),
    risk_object: user,
    risk_object_type: 'user',
    risk_score: rounded(incident.highestRisk),
    risk_message: messageOf(alert),
    threat_object: incident.device,
    threat_object_type: 'device',
    'annotations.mitre_attack': attack,
    signature: ruleName,
    signature_id: ruleId,
    description: reasonInWords(incident),
    severity: severityScales[incident.severity].cim,
    user,
    user_id: incident.subject,
    dest: hostName === '' ? (incident.host ?? incident.device) : hostName,
    src: incident.device,
    mitre_technique_id: attack,
    asks: alert.asks,
    incident_id: incident.incidentId,
    revision: incident.revision,
    state: incident.state,
    closed_because: incident.closedBecause,
    ruling: incident.ruling,
    session: incident.session,
    tenant: plainText(incident.tenant, textLimits.name),
    template_kind: incident.templateKind,
    template_samples: incident.templateSamples,
    ...(ageDays === undefined ? {} : { template_age_days: ageDays }),
    ...(strongest === undefined
      ? {}
      : {
          top_feature: plainText(strongest.feature, textLimits.feature),
          top_observed: rounded(strongest.observed),
          top_typical: rounded(strongest.typical),
          top_unit: plainText(strongest.unit, textLimits.feature),
        }),
    other_explanations: otherExplanations(incident),
  };
}

/** What was held back of a flood. It is about a tenant and adds no risk to anybody. */
export function splunkHeldBack(alert: HeldBackAlert) {
  const tenant = plainText(alert.tenant, textLimits.name);
  return {
    ...headOf(alert, alert.atMs),
    risk_object: tenant,
    risk_object_type: 'other',
    risk_score: 0,
    risk_message: messageOf(alert),
    signature: heldBackWords.ruleName,
    signature_id: heldBackWords.ruleId,
    description: `${alert.heldBack} held back: ${alert.limit} are told in an hour`,
    severity: severityScales[heldBackSeverity(alert)].cim,
    asks: true,
    tenant,
    held_back: alert.heldBack,
    limit: alert.limit,
  };
}

/** An alert as one line of JSON for Splunk; see {@link alertRulesVersion} for what its bytes depend on. */
export function splunkRiskLine(alert: Alert): Buffer {
  switch (alert.kind) {
    case 'incident':
      return alertLine(splunkIncident(alert));
    case 'held-back':
      return alertLine(splunkHeldBack(alert));
  }
}
