import { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import { type Broker, BrokerUnavailable } from '../../platform/broker/broker.ts';
import type { Clock } from '../../platform/clock.ts';
import { createKeyRate } from '../../platform/key-rate.ts';
import type { LifecyclePart } from '../../platform/lifecycle.ts';
import type { Logger } from '../../platform/log.ts';
import type { Counter, Metrics } from '../../platform/metrics.ts';
import {
  type AnalystProblem,
  type AnalystProblemCode,
  analystProblemDocument,
  analystProblems,
} from './analyst-problem.ts';
import type { Analyst, AnalystTokens } from './analyst-tokens.ts';
import { feedbackLine } from './feedback-record.ts';
import { maxFeedbackBodyBytes, readFeedbackRequest } from './feedback-request.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks; set before the body is read. */
    analyst: Analyst | undefined;
  }
}

/** Where the API listens, and how much one analyst may ask. */
export interface AnalystApiOptions {
  host: string;
  /** 0 takes any free port. */
  port: number;
  requestsPerMinute: number;
}

/** What the API works with; whoever made it closes it. */
export interface AnalystApiDependencies {
  broker: Pick<Broker, 'produce'>;
  topics: { feedback: string };
  tokens: AnalystTokens;
  /** Of rulings and rates: the computer's. */
  clock: Clock;
  log: Logger;
  metrics: Metrics;
}

/** The analysts' door: what they say of incidents, onto the feedback topic. */
export interface AnalystApi extends LifecyclePart {
  /** Listens. Rejects when the port cannot be had. */
  start(): Promise<{ url: string }>;
  /** Finishes what is open. Idempotent, as is the whole part. */
  stop(): Promise<void>;
}

interface FeedbackRoute {
  Params: { incidentId: string };
}

const requestTimeoutMs = 10_000;
/** Held at once; further ones are closed. */
const maxConnections = 256;
const retryAfterSeconds = 5;
const maxAnalystsRated = 1_000;
const secondsPerMinute = 60;

const problemOfErrorCode: Readonly<Record<string, AnalystProblemCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'body-too-large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'content-type-unsupported',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'body-malformed',
  FST_ERR_BAD_URL: 'not-found',
};

/**
 * `POST /v1/incidents/{incidentId}/feedback`: 202 with the ruling's place once the brokers have acknowledged it, and not before.
 * Sent twice, a ruling says the same: a client that got no answer sends it again.
 */
export function createAnalystApi(dependencies: AnalystApiDependencies, options: AnalystApiOptions): AnalystApi {
  const { broker, topics, tokens, clock, log } = dependencies;
  const { requestsPerMinute } = options;
  const perSecond = requestsPerMinute / secondsPerMinute;
  const rate = createKeyRate({ clock, burst: requestsPerMinute, perSecond, maxKeys: maxAnalystsRated });
  const requests: Counter<'outcome'> = dependencies.metrics.counter({
    name: 'gaitkeeper_analyst_requests_total',
    help: "Requests to the analysts' API by how they ended: accepted, or why not.",
    labelNames: ['outcome'],
  });
  let stopping: Promise<void> | undefined;

  function refuse(reply: FastifyReply, problem: AnalystProblem): FastifyReply {
    requests.inc({ outcome: problem.code });
    if (problem.retryAfterSeconds !== undefined) {
      reply.header('retry-after', Math.max(1, Math.ceil(problem.retryAfterSeconds)));
    }
    const { status } = analystProblems[problem.code];
    if (status === 401) reply.header('www-authenticate', 'Bearer');
    return reply
      .code(status)
      .type('application/problem+json')
      .send(JSON.stringify(analystProblemDocument(problem)));
  }

  /** Before the body is read: nobody makes the process buffer one without a token and a rate within bounds. */
  async function authenticate(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> {
    reply.headers({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
    if (stopping !== undefined) return refuse(reply, { code: 'shutting-down', retryAfterSeconds });
    const token = /^bearer +(\S{1,512})$/i.exec(request.headers.authorization ?? '')?.[1];
    if (token === undefined) return refuse(reply, { code: 'token-missing' });
    const analyst = tokens(token);
    if (analyst === undefined) return refuse(reply, { code: 'token-unknown' });
    const taken = rate(analyst.name);
    if (!taken.ok) return refuse(reply, { code: 'rate-exceeded', retryAfterSeconds: taken.retryAfterSeconds });
    request.analyst = analyst;
    return undefined;
  }

  async function rule(request: FastifyRequest<FeedbackRoute>, reply: FastifyReply) {
    const { analyst, body, params } = request;
    if (analyst === undefined) throw new Error('the route ran without authentication');
    if (!Buffer.isBuffer(body)) return refuse(reply, { code: 'content-type-unsupported' });
    const read = readFeedbackRequest({ incidentId: params.incidentId, body }, analyst, clock.nowMs());
    if (!read.ok) return refuse(reply, read);
    const { ruling } = read;
    try {
      const record = { topic: topics.feedback, key: Buffer.from(ruling.subject), value: feedbackLine(ruling) };
      const [position] = await broker.produce([record]);
      requests.inc({ outcome: 'accepted' });
      return reply.code(202).send({ incidentId: ruling.incidentId, ruling: ruling.ruling, recordedAt: position });
    } catch (error) {
      if (!(error instanceof BrokerUnavailable)) throw error;
      return refuse(reply, { code: 'broker-away', retryAfterSeconds });
    }
  }

  const app: FastifyInstance = fastify({
    logger: false,
    bodyLimit: maxFeedbackBodyBytes,
    requestTimeout: requestTimeoutMs,
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    exposeHeadRoutes: false,
  });
  app.decorateRequest('analyst', undefined);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.setErrorHandler<FastifyError>((error, _request, reply) => {
    const code = problemOfErrorCode[error.code];
    if (code !== undefined) return refuse(reply, { code });
    log.error({ err: error }, 'request of an analyst failed');
    return refuse(reply, { code: 'internal' });
  });
  app.setNotFoundHandler((_request, reply) => refuse(reply, { code: 'not-found' }));
  app.post<FeedbackRoute>('/v1/incidents/:incidentId/feedback', { onRequest: authenticate }, rule);

  return {
    name: 'analyst api',
    async start() {
      const url = await app.listen({ host: options.host, port: options.port });
      app.server.maxConnections = maxConnections;
      log.info({ url }, "analysts' API listens");
      return { url };
    },
    stop() {
      stopping ??= app.close().then(() => undefined);
      return stopping;
    },
    cut() {
      app.server.closeAllConnections();
    },
  };
}
