/** How a request that recorded something, or had been recorded before, is answered. */
export const answers = {
  accepted: { status: 202, title: 'The broker has acknowledged the batch.' },
  duplicate: { status: 200, title: 'The same batch of this device was recorded before; nothing was recorded twice.' },
} as const satisfies Record<string, { status: number; title: string }>;

/** How a request can succeed. */
export type AnswerCode = keyof typeof answers;

/** What a refusal says to the collector's developer or the operator; `fix` is the next thing to do. */
interface ProblemKind {
  status: number;
  title: string;
  fix: string;
  /** Present where sending the same request again may succeed: the least time to wait. */
  retryAfterSeconds?: number;
}

/** Every way in which the gateway refuses. The code is part of the contract with collectors: it is never renamed. */
export const problems = {
  'http-malformed': {
    status: 400,
    title: 'The request is not valid HTTP.',
    fix: 'Send HTTP/1.1 as RFC 9112 describes it.',
  },
  'body-incomplete': {
    status: 400,
    title: 'The body ended early.',
    fix: 'Send as many bytes as Content-Length announces, then send the batch again.',
  },
  malformed: {
    status: 400,
    title: 'The body cannot be read as a BehaviourBatch.',
    fix: 'Encode one batch with the published schema, as Avro (single-object or Confluent framing) or JSON.',
  },
  'schema-unknown': {
    status: 400,
    title: 'The body was written with a schema that this gateway does not know.',
    fix: 'Upgrade the gateway before the collectors, or send a schema version that it knows.',
  },
  'out-of-range': {
    status: 400,
    title: 'A field of the batch is outside its range.',
    fix: 'Correct the named field; the schema documents every range.',
  },
  'token-missing': {
    status: 401,
    title: 'The request carries no bearer token.',
    fix: 'Send "Authorization: Bearer <device token>".',
  },
  'token-invalid': {
    status: 401,
    title: 'The token is not signed by a key that this gateway trusts.',
    fix: 'Have the token signed with EdDSA or ES256 by a key of the configured key set, and name it in "kid"; in development mode sign it with `gaitkeeper token` and the secret that the gateway was started with.',
  },
  'token-expired': {
    status: 401,
    title: 'The token has expired.',
    fix: 'Fetch a new device token and send the batch again; check the clock of the device that issues tokens.',
  },
  'token-audience': {
    status: 401,
    title: 'The token was issued for another service.',
    fix: 'Request a token whose "aud" is "gaitkeeper-ingest".',
  },
  'token-claims': {
    status: 401,
    title: 'A claim of the token is missing or malformed.',
    fix: 'Issue "sub" (device), "subjects", "tenant", "iat" and "exp" as the gateway documents them.',
  },
  'token-lifetime': {
    status: 401,
    title: 'The token lives longer than this gateway allows.',
    fix: 'Issue short-lived tokens and renew them; the operator sets the longest lifetime.',
  },
  'device-mismatch': {
    status: 403,
    title: "The batch names another device than the token's.",
    fix: 'Send a batch with the token of the device that recorded it.',
  },
  'subject-not-allowed': {
    status: 403,
    title: 'The token does not allow this subject.',
    fix: 'Have the subject added to the "subjects" of the device token.',
  },
  'not-found': {
    status: 404,
    title: 'There is nothing at this method and path.',
    fix: 'POST batches to /v1/batches; the description of the interface is at /openapi.json.',
  },
  'request-timeout': {
    status: 408,
    title: 'The request did not arrive in time.',
    fix: 'Send the whole request at once, on a connection that is fast enough.',
    retryAfterSeconds: 1,
  },
  'sequence-reused': {
    status: 409,
    title: 'The device sent a different batch with this sequence before.',
    fix: 'Count sequences upwards for ever; after losing the counter, register the device under a new id.',
  },
  'body-too-large': {
    status: 413,
    title: 'The body is larger than a batch may be.',
    fix: 'Send one batch per request, of at most 25 keystrokes, 64 strokes or 10 s; Avro is much smaller than JSON.',
  },
  'content-type-unsupported': {
    status: 415,
    title: 'The content type is not one that this gateway reads.',
    fix: 'Send "Content-Type: avro/binary", "application/octet-stream" or "application/json".',
  },
  'content-encoding-unsupported': {
    status: 415,
    title: 'Compressed bodies are not accepted.',
    fix: 'Leave out Content-Encoding and send the batch uncompressed; a batch is small.',
  },
  'device-rate': {
    status: 429,
    title: 'The device sends more requests than it may.',
    fix: 'Keep the batches, wait for Retry-After, then send them in order.',
    retryAfterSeconds: 1,
  },
  'subject-rate': {
    status: 429,
    title: 'More batches arrive for this subject than one person can produce.',
    fix: 'Keep the batches, wait for Retry-After, then send them in order.',
    retryAfterSeconds: 1,
  },
  'queue-full': {
    status: 429,
    title: 'The gateway has as many unacknowledged batches as it may hold.',
    fix: 'Keep the batch, wait for Retry-After, then send it again.',
    retryAfterSeconds: 2,
  },
  'scorers-behind': {
    status: 429,
    title: 'What was sent before is not judged yet, and too much of it waits.',
    fix: 'Keep the batches, wait for Retry-After, then send them in order; the operator adds scorers.',
    retryAfterSeconds: 10,
  },
  'headers-too-large': {
    status: 431,
    title: 'The request headers are too large.',
    fix: 'Shorten the headers; a device token lists at most 64 subjects.',
  },
  internal: {
    status: 500,
    title: 'The gateway failed. The batch may or may not have been recorded.',
    fix: 'Send the batch again; the operator finds the cause in the log.',
    retryAfterSeconds: 5,
  },
  'broker-unavailable': {
    status: 503,
    title: 'The broker did not acknowledge the batch.',
    fix: 'Keep the batch, wait for Retry-After, then send it again.',
    retryAfterSeconds: 5,
  },
  'shutting-down': {
    status: 503,
    title: 'This gateway is shutting down.',
    fix: 'Send the batch again on a new connection.',
    retryAfterSeconds: 1,
  },
} as const satisfies Record<string, ProblemKind>;

/** How a request can be refused. */
export type ProblemCode = keyof typeof problems;

/** The value of the `outcome` label on the request counter. */
export type Outcome = AnswerCode | ProblemCode;

/** A refusal of one request: which kind, and what exactly was wrong. `detail` never names a subject, device or value of behaviour. */
export interface Refusal {
  ok: false;
  code: ProblemCode;
  detail: string;
  /** Longer than the kind's own, where the limiter knows better. */
  retryAfterSeconds?: number;
}

/** Builds a {@link Refusal}. `detail` defaults to the kind's title. */
export function refuse(code: ProblemCode, detail?: string, retryAfterSeconds?: number): Refusal {
  return {
    ok: false,
    code,
    detail: detail ?? problems[code].title,
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  };
}

/** An RFC 9457 problem document, as sent with `application/problem+json`. */
export interface ProblemDocument {
  type: string;
  title: string;
  status: number;
  code: ProblemCode;
  detail: string;
  fix: string;
}

/** The document that tells the sender of a refusal, in words. */
export function problemDocument({ code, detail }: Refusal): ProblemDocument {
  const { status, title, fix } = problems[code];
  return { type: `urn:gaitkeeper:problem:${code}`, title, status, code, detail, fix };
}

/** Seconds for the Retry-After header, or `undefined` where repeating the request cannot help. */
export function retryAfterSecondsOf({ code, retryAfterSeconds }: Refusal): number | undefined {
  const kind: ProblemKind = problems[code];
  if (kind.retryAfterSeconds === undefined) return undefined;
  return Math.max(kind.retryAfterSeconds, Math.ceil(retryAfterSeconds ?? 0));
}
