import { createBatchClient } from '../../ingest/batch-client.ts';
import type { Pseudonymiser } from '../../ingest/pseudonymiser.ts';
import type { Clock } from '../../platform/clock.ts';
import { createBehaviourBatchCodec } from '../../schemas/behaviour-batch.ts';
import { type AckedLog, batchName } from './acked-log.ts';
import type { BatchSender } from './load.ts';
import type { TokenIssuer } from './token-issuer.ts';

/** A gateway, and as whom it is spoken to. */
export interface GatewaySenderOptions {
  url: string;
  tokens: TokenIssuer;
  /** What the gateway will call a device. */
  pseudonym: Pseudonymiser;
  acked: AckedLog;
  clock: Clock;
}

/** A sender over HTTP, and what collectors met meanwhile. */
export interface GatewaySender extends BatchSender {
  /** Tries beyond the first one of each batch. */
  retries(): number;
  /** How long each batch acknowledged after `sinceMs` took, all its tries together, ms. */
  tookMs(sinceMs: number): number[];
  /** Tokens that collectors had to fetch anew, as the gateway refused theirs. */
  renewals(): number;
  /** These devices fetch a new token before their next batch, as shortly before an expiry. */
  renew(device: (device: string) => boolean): void;
  close(): void;
}

const tries = { maxAttempts: 500, firstBackoffMs: 50, maxBackoffMs: 500, requestTimeoutMs: 5_000 };

/** Each device's batches one after the other, devices side by side, as collectors do. */
export function createGatewaySender(options: GatewaySenderOptions): GatewaySender {
  const { url, tokens: issuer, pseudonym, acked, clock } = options;
  const codec = createBehaviourBatchCodec();
  const subjectOf = new Map<string, string>();
  const tokens = new Map<string, Promise<string>>();
  const took: { atMs: number; ms: number }[] = [];
  let retries = 0;
  let renewals = 0;
  const client = createBatchClient({
    ...tries,
    url,
    encode: (batch) => codec.encode(batch),
    async token(device, refused) {
      const known = tokens.get(device);
      if (known !== undefined && (refused === undefined || (await known) !== refused)) return known;
      if (refused !== undefined) renewals += 1;
      const token = issuer.issue(device, subjectOf.get(device) ?? '');
      tokens.set(device, token);
      return token;
    },
  });

  return {
    async send(batches) {
      await Promise.all(
        batches.map(async (batch) => {
          subjectOf.set(batch.device, batch.subject);
          const startedAtMs = clock.nowMs();
          const outcome = await client.send({ ...batch, receivedAtMs: 0 });
          retries += outcome.attempts - 1;
          if (!outcome.ok) throw new Error(`the gateway did not take a batch: ${outcome.reason}: ${outcome.detail}`);
          const { sequence } = batch;
          const device = pseudonym('device', batch.device);
          const session = pseudonym('session', batch.session);
          const name = batchName({ device, sequence });
          const atMs = clock.nowMs();
          took.push({ atMs, ms: atMs - startedAtMs });
          acked.add({ name, device, session, sequence, position: undefined, atMs });
        }),
      );
    },
    retries: () => retries,
    renewals: () => renewals,
    renew(chosen) {
      for (const device of [...tokens.keys()].filter(chosen)) tokens.delete(device);
    },
    tookMs: (sinceMs) => took.flatMap(({ atMs, ms }) => (atMs > sinceMs ? [ms] : [])),
    close: () => client.close(),
  };
}
