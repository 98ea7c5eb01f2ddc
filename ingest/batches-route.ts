import { hash } from 'node:crypto';
import type { FastifyInstance, onRequestAsyncHookHandler } from 'fastify';
import type { BehaviourBatch, Handling } from '../detection/words/behaviour.ts';
import type { Clock } from '../platform/clock.ts';
import type { KeyRate } from '../platform/key-rate.ts';
import type { Codec } from '../schemas/codec.ts';
import type { AdmissionDesk, Candidate } from './admission.ts';
import type { Answering } from './answering.ts';
import { contentTypes, createBatchReaders, readBatch } from './batch-body.ts';
import { stampBatch } from './batch-stamp.ts';
import type { IngestMetrics } from './ingest-metrics.ts';
import type { LagWatch } from './ladder/lag-watch.ts';
import { batchesRouteSchema } from './openapi.ts';
import { refuse } from './outcomes.ts';
import type { Pseudonymiser } from './pseudonymiser.ts';

/** What a request passes on its way to the topic. */
export interface BatchesRouteParts {
  authenticate: onRequestAsyncHookHandler;
  answering: Answering;
  codec: Codec<BehaviourBatch>;
  pseudonymiserOf(tenant: string): Pseudonymiser;
  /** One key of the topic is one partition's order: a flooded subject delays others. */
  subjectRate: KeyRate;
  lagWatch: LagWatch;
  metrics: Pick<IngestMetrics, 'handled'>;
  desk: AdmissionDesk;
  clock: Clock;
  topic: string;
}

/** `POST /v1/batches`: one batch of one device. */
export function addBatchesRoute(app: FastifyInstance, parts: BatchesRouteParts): void {
  const { authenticate, answering, codec, pseudonymiserOf, subjectRate, lagWatch, metrics, desk } = parts;
  const readers = createBatchReaders(codec);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(contentTypes, { parseAs: 'buffer' }, (_request, body, done) => done(null, body));

  app.route({
    method: 'POST',
    url: '/v1/batches',
    schema: batchesRouteSchema(),
    // The body is checked by the schema's own codec; the route's schema is its description.
    validatorCompiler: () => () => true,
    serializerCompiler: () => JSON.stringify,
    onRequest: authenticate,
    async handler(request, reply) {
      const { identity } = request;
      if (identity === undefined) throw new Error('the route ran without authentication');
      const read = readBatch(readers, request.body, request.headers['content-type']);
      if (!read.ok) return answering.refuse(reply, read);
      const { batch } = read;
      if (batch.device !== identity.device) return answering.refuse(reply, refuse('device-mismatch'));
      if (!identity.subjects.has(batch.subject)) return answering.refuse(reply, refuse('subject-not-allowed'));

      // Stamped alike whenever it is sent: a resend has the same bytes, in whichever format it came.
      const stamps = { pseudonymOf: pseudonymiserOf(identity.tenant), receivedAtMs: 0, handling: 'full' } as const;
      const stamped = stampBatch(batch, identity, stamps);
      const key = Buffer.from(stamped.subject);
      const level = lagWatch.levelOf(key);
      if (level === 'refused') return answering.refuse(reply, refuse('scorers-behind'));
      const rate = subjectRate(stamped.subject);
      if (!rate.ok) return answering.refuse(reply, refuse('subject-rate', undefined, rate.retryAfterSeconds));
      const admission = await desk.admit(candidateOf(stamped, key, level, parts));
      if (admission.ok && admission.answer === 'accepted') metrics.handled.inc({ level });
      return admission.ok
        ? answering.answer(reply, admission.answer, batch.sequence)
        : answering.refuse(reply, admission);
    },
  });
}

/** Hexadecimal digits of SHA-256 that tell two batches with one sequence apart. */
const digestDigits = 16;

/** The batch as it is recorded: with the time and the handling of this very request. */
function candidateOf(
  stamped: BehaviourBatch,
  key: Buffer,
  handling: Handling,
  { codec, clock, topic }: Pick<BatchesRouteParts, 'codec' | 'clock' | 'topic'>,
): Candidate {
  const { tenant, device, sequence } = stamped;
  const digest = hash('sha256', codec.encode(stamped), 'hex').slice(0, digestDigits);
  return {
    record: { topic, key, value: codec.encode({ ...stamped, receivedAtMs: clock.nowMs(), handling }) },
    // With the topic: a mark in a store that installations share says nothing about another one's topic.
    mark: { key: `seen:${topic}:${tenant}:${device}:${sequence}`, digest },
  };
}
