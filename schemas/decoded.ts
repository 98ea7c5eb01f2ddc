/**
 * Why bytes or JSON were refused; a closed list, so that it can label a counter.
 * - `empty`: no bytes, a tombstone.
 * - `too-large`: longer than the schema's body limit.
 * - `unknown-framing`: neither Avro single-object nor Confluent framing.
 * - `unknown-schema`: a fingerprint or schema id that is not on our list; a future schema lands here.
 * - `truncated`: ends inside a value, or declares more than is there.
 * - `trailing-bytes`: goes on after the value.
 * - `too-many-items`: declares more array items than any valid record has.
 * - `malformed`: bytes that no Avro writer of this schema produces, or JSON of another shape.
 * - `out-of-range`: well-formed, but a value lies outside its bounds.
 * - `not-json`: text that is not JSON.
 * - `unknown-field`: a JSON key that the schema does not have.
 */
export const decodeFailures = [
  'empty',
  'too-large',
  'unknown-framing',
  'unknown-schema',
  'truncated',
  'trailing-bytes',
  'too-many-items',
  'malformed',
  'out-of-range',
  'not-json',
  'unknown-field',
] as const;
/** One of {@link decodeFailures}. */
export type DecodeFailure = (typeof decodeFailures)[number];

/** What was refused and why. `detail` names the field and the bound; it never holds text or an identity from the record. */
export interface Refused {
  ok: false;
  reason: DecodeFailure;
  detail: string;
}

/** A decoded value, or the reason why there is none. Decoding never throws on what came from outside. */
export type Decoded<T> = { ok: true; value: T } | Refused;

/** Shorthand for a refusal. */
export function refused(reason: DecodeFailure, detail: string): Refused {
  return { ok: false, reason, detail };
}

/** A decoded value under the name of its schema. */
export function named<K extends string, T>(kind: K, decoded: Decoded<T>): Decoded<{ kind: K; value: T }> {
  return decoded.ok ? { ok: true, value: { kind, value: decoded.value } } : decoded;
}
