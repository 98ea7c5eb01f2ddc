import type { EventEmitter } from 'node:events';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/log.ts';
import type { IngestMetrics } from './ingest-metrics.ts';

/** Where refused connections are told. */
export interface RefusedConnectionsOptions {
  clock: Clock;
  log: Logger;
  metrics: Pick<IngestMetrics, 'connectionsRefused'>;
  /** The bound that they were beyond, for the log. */
  maxConnections: number;
}

/** Whoever floods the gateway must not flood its log too. */
const quietMs = 60_000;

/**
 * Counts each connection that the server closes because it holds as many as it may, and logs them: the first at once, then one
 * line a minute at most, each with how many there were since the line before. The server says `drop` for it.
 * https://nodejs.org/docs/latest-v20.x/api/net.html#event-drop
 */
export function tellRefusedConnections(
  server: Pick<EventEmitter, 'on'>,
  { clock, log, metrics, maxConnections }: RefusedConnectionsOptions,
): void {
  let refused = 0;
  let toldAtMs: number | undefined;
  server.on('drop', () => {
    metrics.connectionsRefused.inc();
    refused += 1;
    const nowMs = clock.nowMs();
    // An earlier time than that of the last line is a clock that was set back.
    if (toldAtMs !== undefined && nowMs >= toldAtMs && nowMs < toldAtMs + quietMs) return;
    const fix = 'raise ingestMaxConnections and the files that the process may open, or start another gateway';
    log.warn({ refused, maxConnections, fix }, 'connections are refused: the gateway holds as many as it may');
    toldAtMs = nowMs;
    refused = 0;
  });
}
