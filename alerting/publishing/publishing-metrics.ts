import type { Counter, Metrics } from '../../platform/metrics.ts';

/** What is counted of publishing. */
export interface PublishingMetrics {
  published: Counter<'severity' | 'pattern'>;
  suppressed: Counter<'pattern'>;
  heldBack: Counter<'severity' | 'pattern'>;
}

/** The counters of publishing. */
export function createPublishingMetrics(metrics: Metrics): PublishingMetrics {
  return {
    published: metrics.counter({
      name: 'gaitkeeper_alerts_published_total',
      help: 'Revisions of incidents that were told; in how many formats makes no difference.',
      labelNames: ['severity', 'pattern'],
    }),
    suppressed: metrics.counter({
      name: 'gaitkeeper_alerts_suppressed_total',
      help: 'Revisions of incidents that a suppression rule kept from being told.',
      labelNames: ['pattern'],
    }),
    heldBack: metrics.counter({
      name: 'gaitkeeper_alerts_held_back_total',
      help: 'Revisions of incidents beyond what may be told in an hour.',
      labelNames: ['severity', 'pattern'],
    }),
  };
}
