import type { Counter, Gauge, Metrics } from '../../platform/metrics.ts';

/** What the webhooks count. */
export interface WebhookMetrics {
  /** How requests ended: `delivered`, `expired`, `failed` (set aside) or `malformed` (set aside). */
  requests: Counter<'outcome'>;
  attempts: Counter<'outcome'>;
  /** 1 while the receiver is left alone. */
  circuitOpen: Gauge;
}

export function createWebhookMetrics(metrics: Metrics): WebhookMetrics {
  return {
    requests: metrics.counter({
      name: 'gaitkeeper_webhook_requests_total',
      help: 'Requests to the identity system by how they ended: delivered, expired before they could be, or set aside.',
      labelNames: ['outcome'],
    }),
    attempts: metrics.counter({
      name: 'gaitkeeper_webhook_attempts_total',
      help: 'Attempts to deliver a request to the identity system, by outcome.',
      labelNames: ['outcome'],
    }),
    circuitOpen: metrics.gauge<never>({
      name: 'gaitkeeper_webhook_circuit_open',
      help: '1 while the identity system is left alone after failures in a row.',
    }),
  };
}
