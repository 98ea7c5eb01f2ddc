import type { Socket } from 'node:net';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from '../platform/log.ts';
import type { Answering } from './answering.ts';
import type { IngestMetrics } from './ingest-metrics.ts';
import { type ProblemCode, problemDocument, problems, type Refusal, refuse, retryAfterSecondsOf } from './outcomes.ts';

/** What the HTTP layer's own errors mean to a collector. */
const problemOfErrorCode: Record<string, ProblemCode> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'content-type-unsupported',
  FST_ERR_CTP_INVALID_TYPE: 'content-type-unsupported',
  FST_ERR_CTP_BODY_TOO_LARGE: 'body-too-large',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'body-incomplete',
  FST_ERR_BAD_URL: 'http-malformed',
  ECONNRESET: 'body-incomplete',
  ERR_STREAM_PREMATURE_CLOSE: 'body-incomplete',
  HPE_INVALID_EOF_STATE: 'body-incomplete',
  HPE_HEADER_OVERFLOW: 'headers-too-large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request-timeout',
};

/** The refusal for an error that a request ended in. What is not foreseen is a defect: logged, and said to be `internal`. */
export function refusalOfError(error: Pick<FastifyError, 'code'>, log: Logger): Refusal {
  const code = problemOfErrorCode[error.code];
  if (code !== undefined) return refuse(code);
  log.error({ err: error }, 'request failed');
  return refuse('internal');
}

/** Answers the errors that end a connection or a request before the route can. */
export interface HttpErrors {
  /** Answers what the HTTP parser refused, before or in the middle of a request. */
  ofConnection(error: Error & { code?: string }, socket: Socket): void;
  /** Answers a request that ended in an error, unless its connection has been answered. */
  ofRequest(error: Pick<FastifyError, 'code'>, request: FastifyRequest, reply: FastifyReply): void;
}

/** What answers, counts and logs an error. */
export interface HttpErrorsDependencies {
  answering: Answering;
  metrics: IngestMetrics;
  log: Logger;
}

/** The handlers of one server: every error gets a problem document, and is counted once. */
export function createHttpErrors({ answering, metrics, log }: HttpErrorsDependencies): HttpErrors {
  // A body that ends early is seen twice: by the parser, and by whoever reads the body. It is one outcome.
  const answered = new WeakSet<Socket>();

  return {
    ofConnection(error, socket) {
      if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) return;
      answered.add(socket);
      const refusal = refuse(problemOfErrorCode[error.code ?? ''] ?? 'http-malformed');
      metrics.requests.inc({ outcome: refusal.code });
      socket.end(responseText(refusal));
    },
    ofRequest(error, request, reply) {
      if (answered.has(request.raw.socket)) reply.hijack();
      else answering.refuse(reply, refusalOfError(error, log));
    },
  };
}

/** A whole HTTP response, for a connection that has no request to reply to. */
function responseText(refusal: Refusal): string {
  const body = JSON.stringify(problemDocument(refusal));
  const { status, title } = problems[refusal.code];
  const retryAfterSeconds = retryAfterSecondsOf(refusal);
  const retryAfter = retryAfterSeconds === undefined ? '' : `Retry-After: ${retryAfterSeconds}\r\n`;
  return (
    `HTTP/1.1 ${status} ${title}\r\nContent-Type: application/problem+json\r\n${retryAfter}` +
    `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`
  );
}
