import type { IncidentRevision } from '../../schemas/incident.ts';
import { alertLine } from '../alert-line.ts';
import type { Alert, HeldBackAlert, IncidentAlert } from '../alerts/alert.ts';
import { rounded } from '../rounded.ts';
import { attackVersion, techniquesOf } from './attack-techniques.ts';
import { type Identity, identityOf } from './identity.ts';
import { heldBackSeverity, messageOf } from './message.ts';
import { otherExplanations } from './other-explanations.ts';
import { heldBackWords, patternWords } from './pattern-words.ts';
import { plainText, textLimits } from './plain-text.ts';
import { reasonInWords } from './reason.ts';
import { alertRulesVersion } from './rules-version.ts';
import { severityScales } from './severity-scales.ts';
import { templateAgeDays } from './template-age.ts';

const iso = (atMs: number) => new Date(atMs).toISOString();
const unique = (values: readonly string[]) => [...new Set(values)];

/** What every document says, whatever it is about. */
function headOf(alert: Alert, atMs: number) {
  return {
    '@timestamp': iso(atMs),
    message: messageOf(alert),
    ecs: { version: '9.4.0' },
    ...(alert.isTest ? { tags: ['test'] } : {}),
    observer: { vendor: 'gaitkeeper', product: 'gaitkeeper', type: 'ueba' },
  };
}

/** `asks`: Elastic's prebuilt rule raises an alert for every `event.kind: alert`. */
function eventOf(id: string, asks: boolean) {
  return {
    kind: asks ? 'alert' : 'event',
    category: ['authentication', 'intrusion_detection'],
    type: ['info'],
    module: 'gaitkeeper',
    dataset: 'gaitkeeper.alert',
    provider: 'gaitkeeper-alerting',
    id,
  };
}

/** One revision of an incident as one document of the Elastic Common Schema 9 (https://www.elastic.co/docs/reference/ecs). */
export function ecsIncident(alert: IncidentAlert) {
  const { incident } = alert;
  const pattern = patternWords[incident.pattern];
  const identity = identityOf(alert);
  const { hostName } = identity;
  const hosts = [incident.host ?? '', hostName].filter((each) => each !== '');
  const user = userOf(incident.subject, identity);
  const riskScore = rounded(incident.highestRisk);
  return {
    ...headOf(alert, incident.atMs),
    event: {
      ...eventOf(alert.id, alert.asks),
      action: incident.pattern,
      sequence: incident.revision,
      start: iso(incident.startedAtMs),
      ...(incident.state === 'closed' ? { end: iso(incident.atMs) } : {}),
      severity: severityScales[incident.severity].ecs,
      risk_score: riskScore,
      risk_score_norm: riskScore,
      reason: reasonInWords(incident),
    },
    organization: { id: plainText(incident.tenant, textLimits.name) },
    user,
    ...(hosts.length === 0
      ? {}
      : {
          host: {
            ...(incident.host === null ? {} : { id: incident.host }),
            ...(hostName === '' ? {} : { name: hostName }),
          },
        }),
    device: { id: incident.device },
    rule: {
      id: pattern.ruleId,
      name: pattern.ruleName,
      category: 'behaviour',
      ruleset: 'gaitkeeper',
      version: alertRulesVersion,
    },
    threat: threatOf(alert),
    related: {
      user: unique([incident.subject, ...(user.name === undefined ? [] : [user.name])]),
      ...(hosts.length === 0 ? {} : { hosts: unique(hosts) }),
    },
    gaitkeeper: { test: alert.isTest, ...ownFieldsOf(incident, identity) },
  };
}

function userOf(subject: string, { name, fullName, domain, groups }: Identity) {
  const [group] = groups;
  return {
    id: subject,
    ...(name === '' ? {} : { name }),
    ...(fullName === '' ? {} : { full_name: fullName }),
    ...(domain === '' ? {} : { domain }),
    // The schema has room for one; all of them are in `gaitkeeper.user_groups`.
    ...(group === undefined ? {} : { group: { name: group } }),
  };
}

function threatOf({ incident }: IncidentAlert) {
  const techniques = techniquesOf(incident);
  const subtechniques = techniques.flatMap(({ subtechnique }) => (subtechnique === undefined ? [] : [subtechnique]));
  return {
    framework: 'MITRE ATT&CK',
    tactic: {
      id: unique(techniques.map(({ tactic }) => tactic.id)),
      name: unique(techniques.map(({ tactic }) => tactic.name)),
    },
    technique: {
      id: unique(techniques.map(({ technique }) => technique.id)),
      name: unique(techniques.map(({ technique }) => technique.name)),
      ...(subtechniques.length === 0
        ? {}
        : {
            subtechnique: {
              id: subtechniques.map(({ id }) => id),
              name: subtechniques.map(({ name }) => name),
            },
          }),
    },
  };
}

/** What the schema has no field for. */
function ownFieldsOf(incident: IncidentRevision, { groups }: Identity) {
  const ageDays = templateAgeDays(incident);
  return {
    alert: {
      id: incident.incidentId,
      revision: incident.revision,
      state: incident.state,
      severity: incident.severity,
      closed_because: incident.closedBecause,
      ruling: incident.ruling,
      reopenings: incident.reopenings,
      high_verdicts: incident.highVerdicts,
      last_high: iso(incident.lastHighAtMs),
      opening_verdict: incident.openingVerdictId,
    },
    attack_version: attackVersion,
    attack: techniquesOf(incident).map(({ technique, subtechnique, tactic, confidence }) => ({
      technique: (subtechnique ?? technique).id,
      tactic: tactic.id,
      confidence,
    })),
    ...(groups.length === 0 ? {} : { user_groups: groups }),
    verdict: {
      id: incident.verdictId,
      decision: incident.decision,
      risk: rounded(incident.risk),
      session: incident.session,
      sequence: incident.sequence,
      degraded: incident.degraded,
      input_route: incident.inputRoute,
    },
    template: {
      kind: incident.templateKind,
      version: incident.templateVersion,
      samples: incident.templateSamples,
      ...(ageDays === undefined ? {} : { age_days: ageDays }),
    },
    evidence: incident.evidence.map(({ clock, value, threshold }) => ({
      clock,
      value: rounded(value),
      threshold: rounded(threshold),
    })),
    contributions: incident.contributions.map(({ modality, feature, observed, typical, unit, direction, share }) => ({
      modality,
      feature: plainText(feature, textLimits.feature),
      observed: rounded(observed),
      typical: rounded(typical),
      unit: plainText(unit, textLimits.feature),
      direction,
      share: rounded(share),
    })),
    other_explanations: otherExplanations(incident),
  };
}

/** What was held back of a flood, as one document of the Elastic Common Schema 9. */
export function ecsHeldBack(alert: HeldBackAlert) {
  const severity = heldBackSeverity(alert);
  return {
    ...headOf(alert, alert.atMs),
    event: {
      ...eventOf(alert.id, true),
      action: heldBackWords.action,
      start: iso(alert.fromMs),
      end: iso(alert.untilMs),
      severity: severityScales[severity].ecs,
      reason: `${alert.heldBack} held back: ${alert.limit} are told in an hour`,
    },
    organization: { id: plainText(alert.tenant, textLimits.name) },
    rule: {
      id: heldBackWords.ruleId,
      name: heldBackWords.ruleName,
      category: 'behaviour',
      ruleset: 'gaitkeeper',
      version: alertRulesVersion,
    },
    gaitkeeper: {
      test: alert.isTest,
      held_back: {
        count: alert.heldBack,
        limit: alert.limit,
        severity,
        by_severity: alert.bySeverity,
        by_pattern: alert.byPattern,
      },
    },
  };
}

/** A revision of an incident, as it stands on the ECS alert topic. */
export type EcsIncident = ReturnType<typeof ecsIncident>;
/** What was held back, as it stands there. */
export type EcsHeldBack = ReturnType<typeof ecsHeldBack>;

/**
 * An alert as one line of ECS JSON. Built from the alert and from nothing else, the program's version included: as long as
 * {@link alertRulesVersion} is the same, the same alert has the same bytes whenever and by whichever release it is written.
 */
export function ecsLine(alert: Alert): Buffer {
  switch (alert.kind) {
    case 'incident':
      return alertLine(ecsIncident(alert));
    case 'held-back':
      return alertLine(ecsHeldBack(alert));
  }
}
