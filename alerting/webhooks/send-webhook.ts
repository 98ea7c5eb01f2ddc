import { request as httpRequest, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { LookupFunction } from 'node:net';
import type { Clock } from '../../platform/clock.ts';
import type { AddressJudge } from './address-rules.ts';
import { type Resolve, resolveTarget } from './resolved-target.ts';
import { signatureHeaders } from './webhook-signature.ts';

/**
 * How an attempt ended; a closed list, so that it can label a counter. `redirected`: the receiver points elsewhere, where
 * nothing is sent; `refused`: it answered with 4xx; `broken`: with 5xx, 429 or nothing that is HTTP.
 */
export type AttemptOutcome =
  | 'delivered'
  | 'redirected'
  | 'refused'
  | 'broken'
  | 'timeout'
  | 'unreachable'
  | 'cut'
  | 'name-unresolved'
  | 'address-refused';

/** One attempt. `detail` names a status or an error's code, never content. */
export interface Attempt {
  outcome: AttemptOutcome;
  detail: string;
}

/** What is sent where, and how the answer is waited for. */
export interface SendWebhookOptions {
  url: URL;
  /** The present one, and while it is being changed the next. */
  secrets: readonly string[];
  mayReach: AddressJudge;
  resolve: Resolve;
  timeoutMs: number;
  clock: Clock;
  /** For tests: authorities that sign the receiver's certificate beside Node's. */
  ca?: string;
}

/** Sends one request; never rejects. */
export type SendWebhook = (body: Buffer, idempotencyKey: string, signal: AbortSignal) => Promise<Attempt>;

/** An answer's headers beyond this end the attempt. Its body is never read. */
const maxHeaderBytes = 8_192;

/** A POST of the body to the URL, signed, by a connection of its own to an address that was judged. No redirect is followed. */
export function createSendWebhook(options: SendWebhookOptions): SendWebhook {
  const { url, secrets, mayReach, resolve, timeoutMs, clock, ca } = options;

  return async function sendWebhook(body, idempotencyKey, signal) {
    const ended = new AbortController();
    let why: 'timeout' | 'cut' = 'cut';
    const cut = () => ended.abort();
    const cancel = clock.after(timeoutMs, () => {
      why = 'timeout';
      ended.abort();
    });
    signal.addEventListener('abort', cut, { once: true });
    if (signal.aborted) cut();
    const aborted = new Promise<Attempt>((settle) => {
      const end = () => settle({ outcome: why, detail: why === 'timeout' ? `${timeoutMs} ms` : '' });
      if (ended.signal.aborted) end();
      else ended.signal.addEventListener('abort', end, { once: true });
    });
    try {
      return await Promise.race([attempt(body, idempotencyKey, ended.signal), aborted]);
    } finally {
      cancel();
      signal.removeEventListener('abort', cut);
      ended.abort();
    }
  };

  async function attempt(body: Buffer, idempotencyKey: string, signal: AbortSignal): Promise<Attempt> {
    const target = await resolveTarget(url, { resolve, mayReach });
    if (!target.ok) return { outcome: target.reason, detail: '' };
    if (signal.aborted) return { outcome: 'cut', detail: '' };
    const { address, family } = target;
    const lookup: LookupFunction = (_hostname, { all }, found) =>
      process.nextTick(() => (all === true ? found(null, [{ address, family }]) : found(null, address, family)));
    const headers = {
      'content-type': 'application/json',
      'content-length': body.length,
      'user-agent': 'gaitkeeper',
      'idempotency-key': idempotencyKey,
      ...signatureHeaders(secrets, body, clock.nowMs()),
    };
    const connection = { lookup, agent: false as const, signal, maxHeaderSize: maxHeaderBytes };
    const sent: RequestOptions & { ca?: string } = { method: 'POST', headers, ...connection };
    return await answered(body, ca === undefined ? sent : { ...sent, ca });
  }

  function answered(body: Buffer, sent: RequestOptions): Promise<Attempt> {
    return new Promise((settle) => {
      const request = (url.protocol === 'http:' ? httpRequest : httpsRequest)(url, sent, (response) => {
        const status = response.statusCode ?? 0;
        response.on('error', () => undefined);
        response.destroy();
        settle({ outcome: outcomeOf(status), detail: `status ${status}` });
      });
      request.on('error', (error: NodeJS.ErrnoException) => {
        const code = error.code ?? error.name;
        settle({ outcome: code.startsWith('HPE_') ? 'broken' : 'unreachable', detail: code });
      });
      request.end(body);
    });
  }
}

function outcomeOf(status: number): AttemptOutcome {
  if (status >= 200 && status < 300) return 'delivered';
  if (status >= 300 && status < 400) return 'redirected';
  return status >= 400 && status < 500 && status !== 429 ? 'refused' : 'broken';
}
