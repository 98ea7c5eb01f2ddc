import type { TrialIdentity } from '../../cli/trial/trial-identity.ts';
import { createBatchClient } from '../../ingest/batch-client.ts';
import { signDeviceToken } from '../../ingest/device-token.ts';
import type { Pseudonymiser } from '../../ingest/pseudonymiser.ts';
import type { Clock } from '../../platform/clock.ts';
import { createBehaviourBatchCodec } from '../../schemas/behaviour-batch.ts';
import { type AckedLog, batchName } from './acked-log.ts';
import type { BatchSender } from './load.ts';

/** A gateway, and as whom it is spoken to. */
export interface GatewaySenderOptions {
  url: string;
  identity: TrialIdentity;
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
  close(): void;
}

const tokenLifetimeMs = 900_000;
const tries = { maxAttempts: 500, firstBackoffMs: 50, maxBackoffMs: 500, requestTimeoutMs: 5_000 };

/** Each device's batches one after the other, devices side by side, as collectors do. */
export function createGatewaySender(options: GatewaySenderOptions): GatewaySender {
  const { url, identity, pseudonym, acked, clock } = options;
  const codec = createBehaviourBatchCodec();
  const subjectOf = new Map<string, string>();
  const tokens = new Map<string, Promise<string>>();
  const key = Buffer.from(identity.tokenSecret);
  const took: { atMs: number; ms: number }[] = [];
  let retries = 0;
  const client = createBatchClient({
    ...tries,
    url,
    encode: (batch) => codec.encode(batch),
    token(device) {
      const known = tokens.get(device);
      if (known !== undefined) return known;
      const claims = { device, subjects: [subjectOf.get(device) ?? ''], tenant: identity.tenant };
      const times = { issuedAtMs: clock.nowMs(), lifetimeMs: tokenLifetimeMs };
      const token = signDeviceToken({ ...claims, ...times }, { algorithm: 'HS256', key });
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
    tookMs: (sinceMs) => took.flatMap(({ atMs, ms }) => (atMs > sinceMs ? [ms] : [])),
    close: () => client.close(),
  };
}
