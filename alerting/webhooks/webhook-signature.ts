import { createHmac } from 'node:crypto';

/** What the receiver checks a request by. */
export interface SignatureHeaders {
  /** Seconds since 1970, of this attempt: the receiver refuses what is old. */
  'gaitkeeper-timestamp': string;
  /** `v1=` and hexadecimal digits, one for each secret. */
  'gaitkeeper-signature': string;
}

/**
 * HMAC-SHA-256 over timestamp, full stop and body, under each secret: a receiver takes a request of which one signature is
 * right, so that secrets are changed without losing any.
 */
export function signatureHeaders(secrets: readonly string[], body: Buffer, nowMs: number): SignatureHeaders {
  const timestamp = String(Math.floor(nowMs / 1000));
  const signatures = secrets.map(
    (secret) => `v1=${createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest('hex')}`,
  );
  return { 'gaitkeeper-timestamp': timestamp, 'gaitkeeper-signature': signatures.join(', ') };
}
