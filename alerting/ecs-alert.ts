import { createHash } from 'node:crypto';
import type { Verdict } from '../detection/words/verdict.ts';
import type { Severity } from '../schemas/incident.ts';
import { contributionsTo, reasonInWords } from './alert-reason.ts';
import { alertRulesVersion, attackPatterns, attackVersion } from './attack-patterns.ts';
import type { Episode } from './episode.ts';
import { rounded } from './rounded.ts';
import { severityOf } from './severity.ts';

/** Elastic's own numbers; its prebuilt rule for external alerts knows no others. */
const ecsSeverity = { low: 21, medium: 47, high: 73, critical: 99 } as const satisfies Record<Severity, number>;

/**
 * An alert as one Elastic Common Schema 9 document (https://www.elastic.co/docs/reference/ecs). Built from the episode and
 * the verdict that opened it, and from nothing else, the program's version included: the same episode has the same bytes
 * whenever and by whichever release it is built again, as long as {@link alertRulesVersion} is the same.
 */
export function ecsAlert(episode: Episode, verdict: Verdict) {
  const pattern = attackPatterns[episode.family];
  const severity = severityOf(verdict.risk);
  const contributions = contributionsTo(episode.family, verdict);
  const revision = 1;
  return {
    '@timestamp': new Date(verdict.receivedAtMs).toISOString(),
    message: `${pattern.ruleName}: ${verdict.subject}`,
    ecs: { version: '9.4.0' },
    event: {
      kind: 'alert',
      category: ['authentication', 'intrusion_detection'],
      type: ['info'],
      action: pattern.action,
      module: 'gaitkeeper',
      dataset: 'gaitkeeper.alert',
      provider: 'gaitkeeper-alerting',
      id: createHash('sha256').update(`${episode.alertId}|${revision}`).digest('hex').slice(0, 32),
      start: new Date(episode.startedAtMs).toISOString(),
      severity: ecsSeverity[severity],
      risk_score: rounded(verdict.risk),
      risk_score_norm: rounded(verdict.risk),
      reason: reasonInWords(episode.family, verdict, contributions),
    },
    organization: { id: verdict.tenant },
    user: { id: verdict.subject },
    ...(verdict.host === null ? {} : { host: { id: verdict.host } }),
    device: { id: verdict.device },
    rule: {
      id: pattern.ruleId,
      name: pattern.ruleName,
      category: 'behaviour',
      ruleset: 'gaitkeeper',
      version: alertRulesVersion,
    },
    threat: {
      framework: 'MITRE ATT&CK',
      tactic: { id: [pattern.tactic.id], name: [pattern.tactic.name] },
      technique: { id: [pattern.technique.id], name: [pattern.technique.name] },
    },
    observer: { vendor: 'gaitkeeper', product: 'gaitkeeper', type: 'ueba' },
    related: { user: [verdict.subject], ...(verdict.host === null ? {} : { hosts: [verdict.host] }) },
    gaitkeeper: {
      alert: { id: episode.alertId, revision, state: 'open', severity },
      attack_version: attackVersion,
      verdict: {
        id: verdict.verdictId,
        decision: verdict.decision,
        session: verdict.session,
        sequence: verdict.sequence,
        degraded: verdict.degraded,
        input_route: verdict.inputRoute,
      },
      template: { kind: verdict.templateKind, version: verdict.templateVersion },
      evidence: verdict.evidence.map(({ clock, value, threshold }) => ({
        clock,
        value: rounded(value),
        threshold: rounded(threshold),
      })),
      contributions: contributions.map(({ modality, feature, observed, typical, unit, direction, share }) => ({
        modality,
        feature,
        observed: rounded(observed),
        typical: rounded(typical),
        unit,
        direction,
        share: rounded(share),
      })),
      other_explanations: pattern.otherExplanations,
    },
  };
}

/** An alert document, as it stands on the alert topic. */
export type EcsAlert = ReturnType<typeof ecsAlert>;
