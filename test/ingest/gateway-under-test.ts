import type { BehaviourBatch } from '../../detection/words/behaviour.ts';
import { createTokenVerifier, signDeviceToken, type TokenTrust } from '../../ingest/device-token.ts';
import { createGateway, type Gateway } from '../../ingest/gateway.ts';
import { defaultGatewayOptions, type GatewayOptions } from '../../ingest/gateway-options.ts';
import { type LagWatch, noLagWatch } from '../../ingest/ladder/lag-watch.ts';
import { createTenantPseudonymisers } from '../../ingest/pseudonymiser.ts';
import { cacheVerifiedTokens } from '../../ingest/verified-token-cache.ts';
import type { Broker, ConsumedRecord } from '../../platform/broker/broker.ts';
import { createMemoryBroker } from '../../platform/broker/memory-broker.ts';
import { createManualClock, type ManualClock } from '../../platform/clock.ts';
import { createMetrics } from '../../platform/metrics.ts';
import type { KeyValueStore } from '../../platform/store/key-value-store.ts';
import { MemoryKeyValueStore } from '../../platform/store/memory-key-value-store.ts';
import { createBehaviourBatchCodec } from '../../schemas/behaviour-batch.ts';
import { createCapturedLog } from '../fixtures/captured-log.ts';

export const topic = 'gaitkeeper.behaviour.v1';
export const startMs = 1_790_000_000_000;
export const tokenLifetimeMs = 15 * 60_000;
export const clockSkewMs = 60_000;
export const developmentSecret = Buffer.from('a development secret of 40 characters!!!');
export const pseudonymKey = Buffer.alloc(32, 42);
export const codec = createBehaviourBatchCodec();

/** Ids that can be told from everything else in a log or a record. */
export const device = 'dec0de00dec0de00dec0de00dec0de00';
export const subject = '5ec2e7005ec2e7005ec2e7005ec2e700';
export const session = '5e5510005e5510005e5510005e551000';
export const network = '0e740e740e740e740e740e740e740e74';
export const domain = 'd03a1000d03a1000d03a1000d03a1000';
export const host = '40574057405740574057405740574057';
export const tenant = 'acme';

/** A valid batch as a collector sends it. */
export function batchOf(changes: Partial<BehaviourBatch> = {}): BehaviourBatch {
  return {
    tenant: '',
    subject,
    device,
    session,
    sequence: 1,
    deviceClockMs: startMs - 500,
    durationMs: 4200,
    receivedAtMs: 0,
    handling: 'full',
    collector: { name: 'test', version: '1.0', timerResolutionMs: 1 },
    context: { inputRoute: 'local', network, domain, host },
    keystrokes: [
      { zonePair: 7, holdMs: 95, pressPressMs: 140, releasePressMs: 45 },
      { zonePair: 3, holdMs: 80, pressPressMs: 130, releasePressMs: -20 },
      { zonePair: 35, holdMs: 110, pressPressMs: null, releasePressMs: null },
    ],
    pointer: [
      {
        kind: 'click',
        device: 'mouse',
        dtMs: [8, 8],
        dx: [3, -4],
        dy: [0, 1],
        pauseMs: 300,
        pressMs: 92,
        stopMs: null,
      },
    ],
    activity: [{ kind: 'records-viewed', count: 3 }],
    ...changes,
  };
}

export interface GatewayUnderTest {
  gateway: Gateway;
  url: string;
  clock: ManualClock;
  token: string;
  /** Posts a body with the device's token unless the headers say otherwise; `authorization: ''` sends none. */
  post(body: Buffer | string, headers?: Record<string, string>): Promise<Answer>;
  send(batch: BehaviourBatch): Promise<Answer>;
  /** What the broker acknowledged, in the order of offsets. */
  records(): Promise<ConsumedRecord[]>;
  counted(outcome: string): Promise<number>;
  exposition(): Promise<string>;
  logLines(): string;
}

export interface Answer {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: what came over the wire is looked at field by field
  body: any;
}

export interface Replacements {
  options?: Partial<GatewayOptions>;
  broker?: Pick<Broker, 'produce'>;
  store?: KeyValueStore;
  trust?: TokenTrust;
  clock?: ManualClock;
  lagWatch?: LagWatch;
}

const running = new Set<Gateway>();

/** For `afterEach`: no gateway outlives its test. */
export async function stopGateways(): Promise<void> {
  const gateways = [...running];
  running.clear();
  for (const gateway of gateways) {
    const stopped = gateway.stop();
    gateway.cut();
    await stopped;
  }
}

export async function memoryBroker(): Promise<Broker> {
  const broker = createMemoryBroker();
  await broker.createTopics([{ name: topic, partitions: 4, replicationFactor: 1, config: {} }]);
  return broker;
}

/** A whole gateway on a free loopback port, with a clock that stands still. */
export async function startGateway(replacements: Replacements = {}): Promise<GatewayUnderTest> {
  const clock = replacements.clock ?? createManualClock(startMs);
  const memory = await memoryBroker();
  const metrics = createMetrics();
  const { log, lines } = createCapturedLog('trace');
  const trust = replacements.trust ?? { kind: 'development-secret', secret: developmentSecret };
  const verify = createTokenVerifier({ trust, clock, maxLifetimeMs: tokenLifetimeMs, clockSkewMs });
  const gateway = createGateway(
    {
      broker: replacements.broker ?? memory,
      store: replacements.store ?? new MemoryKeyValueStore({ clock }),
      lagWatch: replacements.lagWatch ?? noLagWatch,
      codec,
      verifyToken: cacheVerifiedTokens(verify, { clock, clockSkewMs, maxTokens: 100 }),
      pseudonymiserOf: createTenantPseudonymisers(pseudonymKey, '1'),
      clock,
      log,
      metrics,
    },
    { ...defaultGatewayOptions, port: 0, produceWaitMs: 0, ...replacements.options },
  );
  const { url } = await gateway.start();
  running.add(gateway);
  const token = await deviceToken();

  async function post(body: Buffer | string, headers: Record<string, string> = {}): Promise<Answer> {
    const sent = new Headers({ authorization: `Bearer ${token}`, 'content-type': 'avro/binary', ...headers });
    for (const [name, value] of Object.entries(headers)) if (value === '') sent.delete(name);
    const response = await fetch(`${url}/v1/batches`, {
      method: 'POST',
      body: new Uint8Array(Buffer.from(body)),
      headers: sent,
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) };
  }

  return {
    gateway,
    url,
    clock,
    token,
    post,
    send: (batch) => post(codec.encode(batch)),
    async records() {
      const records: ConsumedRecord[] = [];
      for await (const record of memory.read({ topic, from: 'earliest', until: 'end' })) records.push(record);
      return records;
    },
    async counted(outcome) {
      const line = `gaitkeeper_ingest_requests_total{outcome="${outcome}"} `;
      const found = (await metrics.exposition()).split('\n').find((candidate) => candidate.startsWith(line));
      return found === undefined ? 0 : Number(found.slice(line.length));
    },
    exposition: () => metrics.exposition(),
    logLines: () => lines.join(''),
  };
}

/** A token of the development mode for the test's device, unless told otherwise. */
export function deviceToken(
  claims: Partial<Parameters<typeof signDeviceToken>[0]> = {},
  key: Uint8Array = developmentSecret,
): Promise<string> {
  return signDeviceToken(
    { device, subjects: [subject], tenant, issuedAtMs: startMs, lifetimeMs: tokenLifetimeMs, ...claims },
    { algorithm: 'HS256', key },
  );
}
