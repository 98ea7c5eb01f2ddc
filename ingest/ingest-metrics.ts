import type { Counter, Gauge, Histogram, Metrics } from '../platform/metrics.ts';

/** What the gateway counts. */
export interface IngestMetrics {
  requests: Counter<'outcome'>;
  connectionsRefused: Counter;
  duration: Histogram;
  pending: Gauge;
  duplicateChecksSkipped: Counter;
  marksLost: Counter;
  /** Batches acknowledged, by what was stamped on them. */
  handled: Counter<'level'>;
  scorerLag: Gauge<'partition'>;
  level: Gauge<'partition'>;
}

/** Defines the gateway's metrics. */
export function createIngestMetrics(metrics: Metrics): IngestMetrics {
  return {
    requests: metrics.counter({
      name: 'gaitkeeper_ingest_requests_total',
      help: 'Requests answered, by outcome; the outcomes are the codes of the problem documents, accepted and duplicate.',
      labelNames: ['outcome'],
    }),
    connectionsRefused: metrics.counter<never>({
      name: 'gaitkeeper_ingest_connections_refused_total',
      help: 'Connections closed unread, because the gateway held as many as it may.',
    }),
    duration: metrics.histogram<never>({
      name: 'gaitkeeper_ingest_request_duration_seconds',
      help: 'From the request headers to the answer.',
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    }),
    pending: metrics.gauge<never>({
      name: 'gaitkeeper_ingest_pending_batches',
      help: 'Batches that wait for the acknowledgement of the broker.',
    }),
    duplicateChecksSkipped: metrics.counter<never>({
      name: 'gaitkeeper_ingest_duplicate_checks_skipped_total',
      help: 'Batches recorded without looking for a duplicate, because the store was away.',
    }),
    marksLost: metrics.counter<never>({
      name: 'gaitkeeper_ingest_marks_lost_total',
      help: 'Recorded batches whose mark could not be written: a resend of them is recorded again.',
    }),
    handled: metrics.counter({
      name: 'gaitkeeper_ingest_handling_total',
      help: 'Batches recorded, by the handling stamped on them: full, degraded, shed.',
      labelNames: ['level'],
    }),
    scorerLag: metrics.gauge({
      name: 'gaitkeeper_ingest_scorer_lag_seconds',
      help: 'Least age of the oldest record that the scorers have not committed, as this gateway has seen it.',
      labelNames: ['partition'],
    }),
    level: metrics.gauge({
      name: 'gaitkeeper_ingest_handling_level',
      help: 'What becomes of new batches: 0 full, 1 degraded, 2 shed, 3 refused.',
      labelNames: ['partition'],
    }),
  };
}
