import type { Severity } from '../../schemas/incident.ts';
import { alertLine } from '../alert-line.ts';
import type { Alert, HeldBackAlert, IncidentAlert } from '../alerts/alert.ts';
import { rounded } from '../rounded.ts';
import { attackVersion, techniquesOf } from './attack-techniques.ts';
import { identityOf } from './identity.ts';
import { heldBackSeverity, messageOf } from './message.ts';
import { anomalyAnalysisOf } from './ocsf-anomalies.ts';
import { deviceOf, observablesOf, userOf } from './ocsf-entities.ts';
import {
  activityOf,
  confidenceWords,
  type OcsfWord,
  severityCaptions,
  statusOf,
  testVerdict,
  verdictWords,
} from './ocsf-words.ts';
import { otherExplanations } from './other-explanations.ts';
import { heldBackWords, patternWords } from './pattern-words.ts';
import { plainText, textLimits } from './plain-text.ts';
import { reasonInWords } from './reason.ts';
import { alertRulesVersion } from './rules-version.ts';
import { severityScales } from './severity-scales.ts';
import { templateAgeDays } from './template-age.ts';

const classUid = 2004;
/** `analytic.type_id`: behavioural. */
const behavioural = 2;

function headOf(alert: Alert, activity: OcsfWord, severity: Severity, atMs: number) {
  const { ocsf, ocsfRiskLevel } = severityScales[severity];
  return {
    activity_id: activity.id,
    activity_name: activity.caption,
    category_uid: 2,
    category_name: 'Findings',
    class_uid: classUid,
    class_name: 'Detection Finding',
    type_uid: classUid * 100 + activity.id,
    type_name: `Detection Finding: ${activity.caption}`,
    time: atMs,
    timezone_offset: 0,
    severity_id: ocsf,
    severity: severityCaptions[severity],
    risk_level_id: ocsfRiskLevel,
    risk_level: severityCaptions[severity],
    message: messageOf(alert),
  };
}

function metadataOf(alert: Alert, tenant: string) {
  return {
    version: '1.8.0',
    product: { name: 'gaitkeeper', vendor_name: 'gaitkeeper', version: alertRulesVersion },
    // The same uid has the same bytes: what a subscriber counts once.
    uid: alert.id,
    tenant_uid: plainText(tenant, textLimits.name),
    profiles: ['incident'],
    ...(alert.isTest ? { labels: ['test'] } : {}),
  };
}

/** One revision of an incident as an OCSF 1.8 Detection Finding (https://schema.ocsf.io/1.8.0/classes/detection_finding). */
export function ocsfIncident(alert: IncidentAlert) {
  const { incident } = alert;
  const activity = activityOf(incident);
  const status = statusOf(incident);
  const verdict = alert.isTest ? testVerdict : verdictWords[incident.ruling];
  const techniques = techniquesOf(incident);
  const confidence = confidenceWords[techniques[0]?.confidence ?? 'low'];
  const identity = identityOf(alert);
  const user = userOf(incident.subject, identity);
  const device = deviceOf(incident, identity);
  return {
    ...headOf(alert, activity, incident.severity, incident.atMs),
    start_time: incident.startedAtMs,
    end_time: incident.lastHighAtMs,
    confidence_id: confidence.id,
    confidence: confidence.caption,
    is_alert: alert.asks,
    status_id: status.id,
    status: status.caption,
    ...(incident.state === 'closed' ? { status_detail: incident.closedBecause } : {}),
    ...(verdict === undefined ? {} : { verdict_id: verdict.id, verdict: verdict.caption }),
    risk_score: Math.round(incident.highestRisk),
    metadata: { ...metadataOf(alert, incident.tenant), sequence: incident.revision, event_code: incident.pattern },
    finding_info: findingInfoOf(alert),
    anomaly_analyses: [anomalyAnalysisOf(incident)],
    device,
    resources: [
      { uid: incident.subject, type: 'User Account', ...(user.name === undefined ? {} : { name: user.name }) },
    ],
    evidences: [
      {
        uid: incident.verdictId,
        actor: { user, session: { uid: incident.session, is_remote: incident.inputRoute === 'remote-desktop' } },
        device,
        data: evidenceDataOf(alert),
      },
    ],
    observables: observablesOf(incident.subject, user, device),
    unmapped: {
      gaitkeeper: {
        state: incident.state,
        reopenings: incident.reopenings,
        other_explanations: otherExplanations(incident),
      },
    },
  };
}

function findingInfoOf({ incident }: IncidentAlert) {
  const { ruleId, ruleName } = patternWords[incident.pattern];
  return {
    uid: incident.incidentId,
    title: ruleName,
    desc: reasonInWords(incident),
    types: [incident.pattern],
    created_time: incident.startedAtMs,
    modified_time: incident.atMs,
    first_seen_time: incident.startedAtMs,
    last_seen_time: incident.lastHighAtMs,
    analytic: { uid: ruleId, name: ruleName, type_id: behavioural, type: 'Behavioral', version: alertRulesVersion },
    attacks: techniquesOf(incident).map(({ technique, subtechnique, tactic }) => ({
      version: attackVersion,
      tactic: { uid: tactic.id, name: tactic.name },
      technique: { uid: technique.id, name: technique.name },
      ...(subtechnique === undefined ? {} : { sub_technique: { uid: subtechnique.id, name: subtechnique.name } }),
    })),
  };
}

function evidenceDataOf({ incident }: IncidentAlert) {
  const ageDays = templateAgeDays(incident);
  return {
    decision: incident.decision,
    risk: rounded(incident.risk),
    sequence: incident.sequence,
    degraded: incident.degraded,
    input_route: incident.inputRoute,
    high_verdicts: incident.highVerdicts,
    opening_verdict: incident.openingVerdictId,
    template: {
      kind: incident.templateKind,
      version: incident.templateVersion,
      samples: incident.templateSamples,
      ...(ageDays === undefined ? {} : { age_days: ageDays }),
    },
  };
}

/** What was held back of a flood, as an OCSF 1.8 Detection Finding of its own. */
export function ocsfHeldBack(alert: HeldBackAlert) {
  const tenant = plainText(alert.tenant, textLimits.name);
  const { ruleId, ruleName } = heldBackWords;
  const counted = (count: number) => [{ value: `${count}`, count }];
  const parameter = { observation_parameter: 'alerts in an hour', observation_type: 'Volume Analysis' };
  return {
    ...headOf(alert, { id: 1, caption: 'Create' }, heldBackSeverity(alert), alert.atMs),
    start_time: alert.fromMs,
    end_time: alert.untilMs,
    is_alert: true,
    status_id: 1,
    status: 'New',
    ...(alert.isTest ? { verdict_id: testVerdict.id, verdict: testVerdict.caption } : {}),
    metadata: { ...metadataOf(alert, alert.tenant), event_code: heldBackWords.action },
    finding_info: {
      uid: alert.id,
      title: ruleName,
      types: [heldBackWords.action],
      created_time: alert.fromMs,
      analytic: { uid: ruleId, name: ruleName, type_id: behavioural, type: 'Behavioral', version: alertRulesVersion },
    },
    anomaly_analyses: [
      {
        analysis_targets: [{ name: tenant, type: 'Tenant' }],
        anomalies: [
          { ...parameter, observations: counted(alert.limit + alert.heldBack), observed_pattern: 'ABOVE_LIMIT' },
        ],
        baselines: [{ ...parameter, observations: counted(alert.limit), observed_pattern: 'LIMIT' }],
      },
    ],
    unmapped: {
      gaitkeeper: { held_back: alert.heldBack, by_severity: alert.bySeverity, by_pattern: alert.byPattern },
    },
  };
}

/** An alert as one line of OCSF JSON; see {@link alertRulesVersion} for what its bytes depend on. */
export function ocsfLine(alert: Alert): Buffer {
  switch (alert.kind) {
    case 'incident':
      return alertLine(ocsfIncident(alert));
    case 'held-back':
      return alertLine(ocsfHeldBack(alert));
  }
}
