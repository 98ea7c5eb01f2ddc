import { createBatchClient } from '../../ingest/batch-client.ts';
import { createDeviceSpool, type SpoolCounts } from '../../ingest/device-spool.ts';
import { signDeviceToken } from '../../ingest/device-token.ts';
import { createBehaviourBatchCodec } from '../../schemas/behaviour-batch.ts';
import type { Load } from '../pipeline/load.ts';

/** Many devices, each with its spool, that send what a load gives them at a rate that can be changed. */
export interface Devices {
  /** Batches a second over all devices. */
  setRate(perSecond: number): void;
  counts(): SpoolCounts;
  /** Offers no more, and resolves once every spool is empty. */
  finish(): Promise<void>;
}

/** Where the devices send, and as whom. */
export interface DevicesOptions {
  url: string;
  tenant: string;
  tokenSecret: string;
  load: Load;
}

const tickMs = 20;
/** Few, so that spools overflow within the bench. */
const batchesPerSpool = 15;
const tokenLifetimeMs = 15 * 60_000;

/** Devices begin to send at once, at rate 0. */
export function createDevices({ url, tenant, tokenSecret, load }: DevicesOptions): Devices {
  const codec = createBehaviourBatchCodec();
  const tokens = new Map<string, Promise<string>>();
  const subjects = new Map<string, string>();
  const tokenOf = (device: string): Promise<string> => {
    const claims = { device, subjects: [subjects.get(device) ?? ''], tenant };
    const signed =
      tokens.get(device) ??
      signDeviceToken(
        { ...claims, issuedAtMs: Date.now(), lifetimeMs: tokenLifetimeMs },
        { algorithm: 'HS256', key: Buffer.from(tokenSecret) },
      );
    tokens.set(device, signed);
    return signed;
  };
  const client = createBatchClient({ url, token: tokenOf, encode: codec.encode, maxAttempts: 2, maxBackoffMs: 1_000 });
  const spools = new Map<string, ReturnType<typeof createDeviceSpool>>();
  let perSecond = 0;
  let owed = 0;
  let lastMs = performance.now();

  const timer = setInterval(() => {
    const nowMs = performance.now();
    owed += ((nowMs - lastMs) / 1000) * perSecond;
    lastMs = nowMs;
    for (; owed >= 1; owed--) {
      const batch = load.next(0);
      subjects.set(batch.device, batch.subject);
      const spool =
        spools.get(batch.device) ?? createDeviceSpool({ client, maxBatches: batchesPerSpool, pauseMs: 1_000 });
      spools.set(batch.device, spool);
      spool.offer(batch);
    }
  }, tickMs);

  return {
    setRate(rate) {
      perSecond = rate;
    },
    counts() {
      const sum: SpoolCounts = { waiting: 0, sent: 0, refused: 0, dropped: 0 };
      for (const spool of spools.values()) {
        const own = spool.counts();
        for (const name of ['waiting', 'sent', 'refused', 'dropped'] as const) sum[name] += own[name];
      }
      return sum;
    },
    async finish() {
      clearInterval(timer);
      await Promise.all([...spools.values()].map((spool) => spool.drained()));
      client.close();
    },
  };
}
