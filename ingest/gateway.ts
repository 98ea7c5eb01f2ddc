import helmet, { type FastifyHelmetOptions } from '@fastify/helmet';
import swagger from '@fastify/swagger';
import fastify, { type FastifyInstance } from 'fastify';
import type { BehaviourBatch } from '../detection/words/behaviour.ts';
import type { Broker } from '../platform/broker/broker.ts';
import type { Clock } from '../platform/clock.ts';
import { createKeyRate } from '../platform/key-rate.ts';
import type { LifecyclePart } from '../platform/lifecycle.ts';
import type { Logger } from '../platform/log.ts';
import type { Metrics } from '../platform/metrics.ts';
import type { KeyValueStore } from '../platform/store/key-value-store.ts';
import type { Codec } from '../schemas/codec.ts';
import { type AdmissionDesk, createAdmissionDesk } from './admission.ts';
import { type Answering, createAnswering } from './answering.ts';
import { createAuthentication } from './authentication.ts';
import { addBatchesRoute } from './batches-route.ts';
import type { TokenVerifier } from './device-token.ts';
import type { GatewayOptions } from './gateway-options.ts';
import { createHttpErrors } from './http-errors.ts';
import { createIngestMetrics, type IngestMetrics } from './ingest-metrics.ts';
import type { LagWatch } from './ladder/lag-watch.ts';
import { openApiInformation } from './openapi.ts';
import { refuse } from './outcomes.ts';
import type { Pseudonymiser } from './pseudonymiser.ts';
import { tellRefusedConnections } from './refused-connections.ts';
import { createSeenMarks } from './seen-marks.ts';

/** What the gateway works with; whoever made it closes it. */
export interface GatewayDependencies {
  broker: Pick<Broker, 'produce'>;
  store: KeyValueStore;
  /** Started and stopped with the gateway. */
  lagWatch: LagWatch;
  codec: Codec<BehaviourBatch>;
  verifyToken: TokenVerifier;
  pseudonymiserOf: (tenant: string) => Pseudonymiser;
  clock: Clock;
  log: Logger;
  metrics: Metrics;
}

/** The door of the collectors: authenticated behaviour in, records out. */
export interface Gateway extends LifecyclePart {
  /** Listens. Rejects when the port cannot be had. */
  start(): Promise<{ url: string }>;
  /** Refuses new requests, finishes those under way, waits for the broker and the marks. Idempotent. */
  stop(): Promise<void>;
  /** Ends `stop` at once: what is open is answered by nobody, and sent again by its collector. */
  cut(): void;
  /** The OpenAPI document, as served at `/openapi.json`. */
  openApi(): Promise<object>;
}

/** Builds the gateway; it neither connects nor closes the broker and the store. */
export function createGateway(dependencies: GatewayDependencies, options: GatewayOptions): Gateway {
  const { clock, log, lagWatch } = dependencies;
  const metrics = createIngestMetrics(dependencies.metrics);
  const seen = createSeenMarks({ store: dependencies.store, clock, metrics, keepForMs: options.seenForMs });
  const desk = createAdmissionDesk({
    broker: dependencies.broker,
    seen,
    clock,
    log,
    metrics,
    maxPendingBatches: options.maxPendingBatches,
    maxPendingBytes: options.maxPendingBytes,
    maxRecordsPerProduce: options.maxRecordsPerProduce,
    maxWaitMs: options.produceWaitMs,
    acknowledgeTimeoutMs: options.acknowledgeTimeoutMs,
  });
  let draining = false;
  const isDraining = () => draining;
  const answering = createAnswering(metrics, isDraining);
  const app = createHttpServer({ dependencies, options, metrics, answering, desk, isDraining });
  let stopped: Promise<void> | undefined;
  let abandon: () => void = () => undefined;
  const abandoned = new Promise<void>((resolve) => {
    abandon = resolve;
  });

  async function drain(): Promise<void> {
    draining = true;
    lagWatch.stop();
    await app.close();
    await desk.drain();
    log.info({}, 'gateway stopped');
  }

  return {
    name: 'gateway',
    async start() {
      const url = await app.listen({ host: options.host, port: options.port });
      app.server.maxConnections = options.maxConnections;
      tellRefusedConnections(app.server, { clock, log, metrics, maxConnections: options.maxConnections });
      lagWatch.start();
      log.info({ url, topic: options.topic }, 'gateway listens');
      return { url };
    },
    stop() {
      stopped ??= Promise.race([drain(), abandoned]);
      return stopped;
    },
    cut() {
      log.error({}, 'gateway cut: requests were still open');
      app.server.closeAllConnections();
      abandon();
    },
    async openApi() {
      await app.ready();
      return app.swagger();
    },
  };
}

const secondsPerMinute = 60;

/** What a browser must know of an interface that serves JSON only; the headers that concern pages are left out. */
const securityHeaders: FastifyHelmetOptions = {
  contentSecurityPolicy: false, // sent as it stands below: helmet would put it together for each request
  crossOriginOpenerPolicy: false,
  originAgentCluster: false,
  xDnsPrefetchControl: false,
  xDownloadOptions: false,
  xFrameOptions: false,
  xPermittedCrossDomainPolicies: false,
  xXssProtection: false,
};
const contentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'";

interface ServerParts {
  dependencies: GatewayDependencies;
  options: GatewayOptions;
  metrics: IngestMetrics;
  answering: Answering;
  desk: AdmissionDesk;
  isDraining(): boolean;
}

function createHttpServer({
  dependencies,
  options,
  metrics,
  answering,
  desk,
  isDraining,
}: ServerParts): FastifyInstance {
  const { clock, log } = dependencies;
  const errors = createHttpErrors({ answering, metrics, log });
  const app = fastify({
    logger: false,
    bodyLimit: options.bodyLimitBytes,
    requestTimeout: options.requestTimeoutMs,
    // How often Node looks for requests that took too long; its own 30 s would be the bound otherwise.
    http: { connectionsCheckingInterval: Math.min(1000, Math.ceil(options.requestTimeoutMs / 2)) },
    // While it drains, the gateway answers on open connections itself, so that those answers are counted too.
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    exposeHeadRoutes: false,
    clientErrorHandler: errors.ofConnection,
    frameworkErrors: errors.ofRequest,
  });
  app.setErrorHandler<Error & { code: string }>(errors.ofRequest);
  app.setNotFoundHandler((_request, reply) => answering.refuse(reply, refuse('not-found')));
  if (options.development) {
    app.addHook('onRequest', async (_request, reply) => {
      reply.header('gaitkeeper-development-mode', 'tokens are signed with a shared secret: not for production');
    });
  }
  app.register(helmet, securityHeaders);
  app.addHook('onRequest', async (_request, reply) => {
    reply.header('content-security-policy', contentSecurityPolicy);
  });
  app.register(swagger, { openapi: openApiInformation });
  app.register((scope, _options, done) => {
    scope.get('/openapi.json', { schema: { hide: true } }, () => scope.swagger());
    addBatchesRoute(scope, {
      authenticate: createAuthentication(
        scope,
        {
          ...{ verifyToken: dependencies.verifyToken, answering, isDraining },
          deviceRate: createKeyRate({
            clock,
            burst: options.deviceRequestsPerMinute,
            perSecond: options.deviceRequestsPerMinute / secondsPerMinute,
            maxKeys: options.maxDevicesRated,
          }),
        },
        { bodyLimitBytes: options.bodyLimitBytes },
      ),
      answering,
      desk,
      pseudonymiserOf: dependencies.pseudonymiserOf,
      codec: dependencies.codec,
      subjectRate: createKeyRate({
        clock,
        burst: options.subjectBurst,
        perSecond: options.subjectBatchesPerSecond,
        maxKeys: options.maxSubjectsRated,
      }),
      lagWatch: dependencies.lagWatch,
      metrics,
      clock,
      topic: options.topic,
    });
    done();
  });
  return app;
}
