import type { BehaviourBatch } from '../detection/words/behaviour.ts';
import { createHttpSender, type HttpAnswer, type HttpSender } from './http-sender.ts';

/**
 * A token, or where the token of a device comes from. It is asked anew after a token was refused as expired or as signed by
 * nobody the gateway trusts, as when the issuer's key was withdrawn; `refused` is that token.
 */
export type TokenSource = string | ((device: string, refused?: string) => string | Promise<string>);

/** Where batches go, with which token, and how patiently. */
export interface BatchClientOptions {
  /** Of the gateway, for example `http://127.0.0.1:8080`. */
  url: string;
  token: TokenSource;
  /** Avro in single-object framing; what `Codec.encode` makes. */
  encode(batch: BehaviourBatch): Buffer;
  /** Tries of one batch at most, the first one included. */
  maxAttempts?: number;
  /** Pause before the second try; it doubles from there. */
  firstBackoffMs?: number;
  /** Longest pause, also where the gateway asks for a longer one. */
  maxBackoffMs?: number;
  /** One try, from connecting to the whole answer. */
  requestTimeoutMs?: number;
  /** Connections to the gateway at most. */
  maxConnections?: number;
  /** Resolves after `ms`. */
  wait?: (ms: number) => Promise<void>;
  /** 0 up to 1, for jitter. */
  random?: () => number;
}

/** What a client does unless told otherwise. */
export const defaultBatchClientOptions = {
  maxAttempts: 8,
  firstBackoffMs: 100,
  maxBackoffMs: 30_000,
  requestTimeoutMs: 15_000,
  maxConnections: 64,
} as const satisfies Partial<BatchClientOptions>;

/**
 * What became of a batch.
 * - `accepted`, `duplicate`: the broker has it.
 * - `refused`: the gateway will not take it, ever; `code`, `detail` and `fix` are its problem document's.
 * - `unavailable`: every try failed; it may or may not have been recorded, and may be sent again.
 */
export type SendOutcome =
  | { ok: true; status: 'accepted' | 'duplicate'; attempts: number }
  | { ok: false; reason: 'refused'; status: number; code: string; detail: string; fix: string; attempts: number }
  | { ok: false; reason: 'unavailable'; detail: string; attempts: number };

/** The collectors' side of the contract: used by the demo, the replay and the tests, and a model for collectors. */
export interface BatchClient {
  /** Sends one batch until it is recorded, refused or given up. A device's batches are sent one after the other; devices run side by side. */
  send(batch: BehaviourBatch): Promise<SendOutcome>;
  /** Closes the connections. */
  close(): void;
}

/** Statuses after which the same request may succeed. */
const repeatable = new Set([408, 429, 500, 502, 503, 504]);

/** A client of one gateway; nothing is connected before the first batch. */
export function createBatchClient(options: BatchClientOptions): BatchClient {
  const { url, token, encode, maxAttempts, firstBackoffMs, maxBackoffMs, requestTimeoutMs, maxConnections } = {
    ...defaultBatchClientOptions,
    ...options,
  };
  const { wait = waitMs, random = Math.random } = options;
  const sender: HttpSender = createHttpSender({ url: new URL('/v1/batches', url), requestTimeoutMs, maxConnections });
  // One entry for each device that has a batch under way; the caller bounds how many that are.
  const lastOfDevice = new Map<string, Promise<unknown>>();

  async function deliver(device: string, body: Buffer): Promise<SendOutcome> {
    let detail = '';
    let refused: string | undefined;
    for (let attempts = 1; attempts <= maxAttempts; attempts++) {
      const used: string = typeof token === 'string' ? token : await token(device, refused);
      const answer = await sender.post(body, used);
      const outcome = outcomeOf(answer, attempts);
      if (outcome !== undefined && !(mayBeRenewed(outcome) && refused === undefined && typeof token !== 'string')) {
        return outcome;
      }
      if (outcome !== undefined) {
        refused = used;
        continue;
      }
      detail = answer.ok ? `the gateway answered ${answer.status}` : answer.detail;
      if (attempts < maxAttempts) await wait(pauseMs(answer, attempts));
    }
    return { ok: false, reason: 'unavailable', detail, attempts: maxAttempts };
  }

  function pauseMs(answer: HttpAnswer, attempts: number): number {
    const backoffMs = firstBackoffMs * 2 ** (attempts - 1) * (0.5 + random());
    const askedMs = answer.ok ? (answer.retryAfterSeconds ?? 0) * 1000 : 0;
    return Math.min(maxBackoffMs, Math.max(backoffMs, askedMs));
  }

  return {
    send(batch) {
      const { device } = batch;
      const body = encode(batch);
      const before = lastOfDevice.get(device);
      const outcome = before === undefined ? deliver(device, body) : before.then(() => deliver(device, body));
      const settled = outcome
        .catch(() => undefined)
        .then(() => {
          if (lastOfDevice.get(device) === settled) lastOfDevice.delete(device);
        });
      lastOfDevice.set(device, settled);
      return outcome;
    },
    close: () => sender.close(),
  };
}

const renewable = new Set(['token-expired', 'token-invalid']);
const mayBeRenewed = (outcome: SendOutcome) =>
  !outcome.ok && outcome.reason === 'refused' && renewable.has(outcome.code);

/** `undefined` where another try may succeed. */
function outcomeOf(answer: HttpAnswer, attempts: number): SendOutcome | undefined {
  if (!answer.ok || repeatable.has(answer.status)) return undefined;
  const told = parse(answer.body);
  const status = told['status'];
  if (answer.status < 300 && (status === 'accepted' || status === 'duplicate')) return { ok: true, status, attempts };
  const text = (name: string) => (typeof told[name] === 'string' ? told[name] : '');
  return {
    ok: false,
    reason: 'refused',
    status: answer.status,
    code: text('code') || `http-${answer.status}`,
    detail: text('detail') || 'the answer is not one of a gateway',
    fix: text('fix') || 'check that the URL is that of a gateway',
    attempts,
  };
}

function parse(body: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

function waitMs(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
