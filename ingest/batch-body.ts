import type { BehaviourBatch } from '../detection/words/behaviour.ts';
import { behaviourBatchFromJson } from '../schemas/behaviour-batch-json.ts';
import type { Codec } from '../schemas/codec.ts';
import { type Decoded, type DecodeFailure, refused } from '../schemas/decoded.ts';
import { type ProblemCode, type Refusal, refuse } from './outcomes.ts';

/** How the body of a batch may be written, by content type. */
export const bodyFormats = {
  'avro/binary': 'avro',
  'application/octet-stream': 'avro',
  'application/json': 'json',
} as const;
/** A content type that the gateway reads. */
export type ContentType = keyof typeof bodyFormats;
/** Every content type that the gateway reads. */
export const contentTypes = Object.keys(bodyFormats) as ContentType[];

/** Reads one batch from the bytes of a body. Never throws. */
type BodyReader = (bytes: Buffer) => Decoded<BehaviourBatch>;
/** One reader for each format of a body. */
export type BatchReaders = Readonly<Record<'avro' | 'json', BodyReader>>;

/** The readers of both formats: Avro in either framing, and JSON text of the same schema. */
export function createBatchReaders(codec: Pick<Codec<BehaviourBatch>, 'decode'>): BatchReaders {
  const utf8 = new TextDecoder('utf-8', { fatal: true });
  return {
    avro: (bytes) => codec.decode(bytes),
    json(bytes) {
      try {
        return behaviourBatchFromJson(utf8.decode(bytes));
      } catch {
        return refused('not-json', 'the text is not UTF-8');
      }
    },
  };
}

const problemOfFailure = {
  empty: 'malformed',
  'too-large': 'body-too-large',
  'unknown-framing': 'malformed',
  'unknown-schema': 'schema-unknown',
  truncated: 'malformed',
  'trailing-bytes': 'malformed',
  'too-many-items': 'out-of-range',
  malformed: 'malformed',
  'out-of-range': 'out-of-range',
  'not-json': 'malformed',
  'unknown-field': 'malformed',
} as const satisfies Record<DecodeFailure, ProblemCode>;

/** Reads the one batch of a body, or says which field is wrong and how to put it right. */
export function readBatch(
  readers: BatchReaders,
  body: unknown,
  contentType: string | undefined,
): { ok: true; batch: BehaviourBatch } | Refusal {
  if (!Buffer.isBuffer(body) || body.length === 0) return refuse('malformed', 'The body is empty.');
  const mediaType = contentType?.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  const format = bodyFormats[mediaType as ContentType];
  if (format === undefined) return refuse('content-type-unsupported');
  const decoded = readers[format](body);
  if (decoded.ok) return { ok: true, batch: decoded.value };
  return refuse(problemOfFailure[decoded.reason], `${decoded.reason}: ${decoded.detail}`);
}
