import type { FastifyReply } from 'fastify';
import type { IngestMetrics } from './ingest-metrics.ts';
import {
  type AnswerCode,
  answers,
  type Outcome,
  problemDocument,
  problems,
  type Refusal,
  retryAfterSecondsOf,
} from './outcomes.ts';

/** Sends what became of a request and counts it: the only way in which the gateway answers a batch. */
export interface Answering {
  answer(reply: FastifyReply, code: AnswerCode, sequence: number): FastifyReply;
  refuse(reply: FastifyReply, refusal: Refusal): FastifyReply;
}

const realm = 'Bearer realm="gaitkeeper-ingest"';

/** RFC 6750: a request without a token learns the scheme only, others which way their token failed. */
function challengeOf({ code, detail }: Refusal): string {
  if (code === 'token-missing') return realm;
  const error = problems[code].status === 403 ? 'insufficient_scope' : 'invalid_token';
  return `${realm}, error="${error}", error_description="${detail.replaceAll('"', "'")}"`;
}

/** `isDraining`: the answers are the last ones on their connections. */
export function createAnswering(metrics: IngestMetrics, isDraining: () => boolean): Answering {
  function conclude(reply: FastifyReply, outcome: Outcome): void {
    metrics.requests.inc({ outcome });
    metrics.duration.observe(reply.elapsedTime / 1000);
    // Or the closing server would wait for the connection to idle out.
    if (isDraining()) reply.header('connection', 'close');
  }

  return {
    answer(reply, code, sequence) {
      conclude(reply, code);
      return reply.code(answers[code].status).send({ status: code, sequence });
    },

    refuse(reply, refusal) {
      conclude(reply, refusal.code);
      const { status } = problems[refusal.code];
      const retryAfterSeconds = retryAfterSecondsOf(refusal);
      if (retryAfterSeconds !== undefined) reply.header('retry-after', String(retryAfterSeconds));
      if (status === 401 || status === 403) reply.header('www-authenticate', challengeOf(refusal));
      return reply
        .code(status)
        .header('content-type', 'application/problem+json')
        .send(Buffer.from(JSON.stringify(problemDocument(refusal))));
    },
  };
}
