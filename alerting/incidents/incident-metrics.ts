import type { Counter, Histogram, Metrics } from '../../platform/metrics.ts';

/** What is counted of incidents. */
export interface IncidentMetrics {
  revisions: Counter<'state' | 'severity' | 'pattern'>;
  /** Rulings that came to nothing: the incident was over for too long, or never was. */
  unknownRulings: Counter;
  /** Risk of judged verdicts: where the population lies against the thresholds. */
  risks: Histogram;
}

/** Defines them. */
export function createIncidentMetrics(metrics: Metrics): IncidentMetrics {
  return {
    revisions: metrics.counter({
      name: 'gaitkeeper_incident_revisions_total',
      help: 'Revisions of incidents written to the incident topic, by what they say.',
      labelNames: ['state', 'severity', 'pattern'],
    }),
    unknownRulings: metrics.counter<never>({
      name: 'gaitkeeper_rulings_unknown_total',
      help: "Analysts' rulings on incidents that are not, or no longer, known.",
    }),
    risks: metrics.histogram<never>({
      name: 'gaitkeeper_verdict_risk_ratio',
      help: 'Risk of judged verdicts as a share of 100.',
      buckets: [0.1, 0.2, 0.3, 0.47, 0.6, 0.73, 0.9],
    }),
  };
}
