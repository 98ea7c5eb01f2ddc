import { hash } from 'node:crypto';
import type { FastifyInstance, onRequestAsyncHookHandler } from 'fastify';
import type { BehaviourBatch } from '../detection/words/behaviour.ts';
import type { Clock } from '../platform/clock.ts';
import type { Codec } from '../schemas/codec.ts';
import type { AdmissionDesk, Candidate } from './admission.ts';
import type { Answering } from './answering.ts';
import { contentTypes, createBatchReaders, readBatch } from './batch-body.ts';
import { stampBatch } from './batch-stamp.ts';
import type { DeviceIdentity } from './device-token.ts';
import { batchesRouteSchema } from './openapi.ts';
import { refuse } from './outcomes.ts';
import type { Pseudonymiser } from './pseudonymiser.ts';
import type { SubjectRate } from './subject-rate.ts';

/** What a request passes on its way to the topic. */
export interface BatchesRouteParts {
  authenticate: onRequestAsyncHookHandler;
  answering: Answering;
  codec: Codec<BehaviourBatch>;
  pseudonymiserOf(tenant: string): Pseudonymiser;
  subjectRate: SubjectRate;
  desk: AdmissionDesk;
  clock: Clock;
  topic: string;
}

/** `POST /v1/batches`: one batch of one device. */
export function addBatchesRoute(app: FastifyInstance, parts: BatchesRouteParts): void {
  const { authenticate, answering, codec, subjectRate, desk } = parts;
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

      const { subject, candidate } = candidateOf(batch, identity, parts);
      const rate = subjectRate(subject);
      if (!rate.ok) return answering.refuse(reply, refuse('subject-rate', undefined, rate.retryAfterSeconds));
      const admission = await desk.admit(candidate);
      return admission.ok
        ? answering.answer(reply, admission.answer, batch.sequence)
        : answering.refuse(reply, admission);
    },
  });
}

/** Hexadecimal digits of SHA-256 that tell two batches with one sequence apart. */
const digestDigits = 16;

function candidateOf(
  batch: BehaviourBatch,
  identity: DeviceIdentity,
  { codec, pseudonymiserOf, clock, topic }: BatchesRouteParts,
): { subject: string; candidate: Candidate } {
  const pseudonymOf = pseudonymiserOf(identity.tenant);
  // Without the time of receipt, a resend has the same bytes, in whichever format it came.
  const stamped = stampBatch(batch, identity, { pseudonymOf, receivedAtMs: 0 });
  const digest = hash('sha256', codec.encode(stamped), 'hex').slice(0, digestDigits);
  const value = codec.encode({ ...stamped, receivedAtMs: clock.nowMs() });
  const { subject, device, sequence } = stamped;
  return {
    subject,
    candidate: {
      record: { topic, key: Buffer.from(subject), value },
      // With the topic: a mark in a store that installations share says nothing about another one's topic.
      mark: { key: `seen:${topic}:${identity.tenant}:${device}:${sequence}`, digest },
    },
  };
}
