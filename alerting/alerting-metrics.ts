import type { Counter, Histogram, Metrics } from '../platform/metrics.ts';

export interface AlertingMetrics {
  alerts: Counter<'severity' | 'rule'>;
  /** Risk of judged verdicts: where the population lies against the thresholds. */
  risks: Histogram;
}

export function createAlertingMetrics(metrics: Metrics): AlertingMetrics {
  return {
    alerts: metrics.counter({
      name: 'gaitkeeper_alerts_published_total',
      help: 'Alerts written to the alert topic.',
      labelNames: ['severity', 'rule'],
    }),
    risks: metrics.histogram<never>({
      name: 'gaitkeeper_verdict_risk_ratio',
      help: 'Risk of judged verdicts as a share of 100.',
      buckets: [0.1, 0.2, 0.3, 0.47, 0.6, 0.73, 0.9],
    }),
  };
}
