import { fastify } from 'fastify';
import { checkHealth, type HealthCheck } from './health.ts';
import type { MetricsRegistry } from './metrics.ts';

/** Where the admin server listens, and what it tells. */
export interface AdminServerOptions {
  host: string;
  /** 0 takes any free port. */
  port: number;
  metrics: Pick<MetricsRegistry, 'contentType' | 'exposition'>;
  /** What must hold before the process is given work. Never consulted for liveness. */
  health: readonly HealthCheck[];
  version: { version: string; commit: string };
}

/** The operators' own HTTP server. */
export interface AdminServer {
  /** Rejects when the port cannot be had. */
  start(): Promise<{ url: string }>;
  /** Idempotent; also before a start. */
  stop(): Promise<void>;
  /** Closes the port and every connection at once, answered or not. */
  cut(): void;
}

const maxBodyBytes = 1_024;
const requestTimeoutMs = 10_000;

/**
 * The operators' own port, apart from the product's. `/livez` says only that the event loop turns: were it to depend on
 * Kafka or Redis, an outage of those would restart every process at once.
 */
export function createAdminServer({ host, port, metrics, health, version }: AdminServerOptions): AdminServer {
  const server = fastify({
    logger: false,
    bodyLimit: maxBodyBytes,
    requestTimeout: requestTimeoutMs,
    forceCloseConnections: true,
  });
  server.get('/livez', async () => ({ status: 'live' }));
  server.get('/readyz', async (_request, reply) => {
    const report = await checkHealth(health);
    const status = report.degraded ? 'degraded' : report.ready ? 'ready' : 'not ready';
    return reply.code(report.ready ? 200 : 503).send({ status, checks: report.checks });
  });
  server.get('/metrics', async (_request, reply) => reply.type(metrics.contentType).send(await metrics.exposition()));
  server.get('/version', async () => version);
  return {
    start: async () => ({ url: await server.listen({ host, port }) }),
    stop: () => server.close().then(() => undefined),
    cut() {
      void server.close();
      server.server.closeAllConnections();
    },
  };
}
