import { afterEach, describe, expect, it } from '@jest/globals';
import { type LagWatch, noLagWatch } from '../../ingest/ladder/lag-watch.ts';
import type { Level } from '../../ingest/ladder/level.ts';
import { batchOf, codec, type GatewayUnderTest, startGateway, stopGateways } from './gateway-under-test.ts';
import { heldBroker, until } from './held-broker.ts';

afterEach(stopGateways);

/** A watch that is told its level. */
function toldLevel(): LagWatch & { level: Level } {
  return {
    ...noLagWatch,
    level: 'full',
    levelOf() {
      return this.level;
    },
  };
}

async function recorded({ records }: GatewayUnderTest): Promise<string[]> {
  return (await records()).map(({ value }) => {
    const decoded = codec.decode(value);
    return decoded.ok ? decoded.value.handling : decoded.reason;
  });
}

describe('how a batch is handled', () => {
  it('is stamped on its record when it comes in, and counted', async () => {
    const lagWatch = toldLevel();
    const gateway = await startGateway({ lagWatch });
    for (const [sequence, level] of (['full', 'degraded', 'shed'] as const).entries()) {
      lagWatch.level = level;
      expect((await gateway.send(batchOf({ sequence }))).status).toBe(202);
    }
    expect((await recorded(gateway)).sort()).toEqual(['degraded', 'full', 'shed']);
    const told = await gateway.exposition();
    for (const level of ['full', 'degraded', 'shed']) {
      expect(told).toContain(`gaitkeeper_ingest_handling_total{level="${level}"} 1`);
    }
  });

  it('does not make another batch of a resend', async () => {
    const lagWatch = toldLevel();
    const gateway = await startGateway({ lagWatch });
    expect((await gateway.send(batchOf())).status).toBe(202);
    lagWatch.level = 'shed';
    expect(await gateway.send(batchOf())).toMatchObject({ status: 200, body: { status: 'duplicate' } });
    expect(await recorded(gateway)).toEqual(['full']);
    expect(await gateway.exposition()).not.toContain('gaitkeeper_ingest_handling_total{level="shed"}');
  });

  it('may be not at all: 429, with a time to come back', async () => {
    const lagWatch = toldLevel();
    const gateway = await startGateway({ lagWatch });
    lagWatch.level = 'refused';
    const refused = await gateway.send(batchOf());
    expect(refused).toMatchObject({ status: 429, body: { code: 'scorers-behind' } });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(10);
    expect(await gateway.counted('scorers-behind')).toBe(1);
    lagWatch.level = 'degraded';
    expect((await gateway.send(batchOf())).status).toBe(202);
    expect(await recorded(gateway)).toEqual(['degraded']);
  });
});

it('batches that wait for the broker are bounded in bytes too', async () => {
  const { broker, calls } = heldBroker();
  const { send, exposition } = await startGateway({ broker, options: { maxPendingBytes: 100 } });
  const waiting = send(batchOf({ sequence: 1 }));
  await until(async () => (await exposition()).includes('gaitkeeper_ingest_pending_batches 1'));
  expect(await send(batchOf({ sequence: 2 }))).toMatchObject({ status: 429, body: { code: 'queue-full' } });
  calls.release();
  expect((await waiting).status).toBe(202);
  expect((await send(batchOf({ sequence: 2 }))).status).toBe(202);
});
