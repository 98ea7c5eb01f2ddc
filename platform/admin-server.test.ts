import { afterEach, describe, expect, it } from '@jest/globals';
import { type AdminServer, createAdminServer } from './admin-server.ts';
import type { HealthCheck } from './health.ts';
import { createMetrics } from './metrics.ts';

const version = { version: '1.2.3', commit: 'abc' };

describe('the admin server', () => {
  const started: AdminServer[] = [];
  afterEach(async () => {
    await Promise.all(started.splice(0).map((server) => server.stop()));
  });

  async function serve(health: readonly HealthCheck[] = [], metrics = createMetrics()) {
    const server = createAdminServer({ host: '127.0.0.1', port: 0, metrics, health, version });
    started.push(server);
    const { url } = await server.start();
    return { server, url, get: (path: string) => fetch(`${url}${path}`) };
  }

  it('is ready when every check is, and says which one is not', async () => {
    let joined = false;
    const group = {
      name: 'group',
      check: () => (joined ? ({ ok: true } as const) : ({ ok: false, reason: 'joining' } as const)),
    };
    const { get } = await serve([{ name: 'store', check: () => ({ ok: true }) }, group]);
    const before = await get('/readyz');
    expect(before.status).toBe(503);
    expect(await before.json()).toEqual({
      status: 'not ready',
      checks: [
        { name: 'store', ok: true },
        { name: 'group', ok: false, reason: 'joining' },
      ],
    });
    joined = true;
    const after = await get('/readyz');
    expect(after.status).toBe(200);
    expect(await after.json()).toMatchObject({ status: 'ready' });
  });

  it('is ready but degraded where something is away that it can do without, and says what holds', async () => {
    const away = {
      name: 'redis',
      withoutIt: 'repeats are not recognised',
      check: () => Promise.reject(new Error('away')),
    };
    const { get } = await serve([away]);
    const answer = await get('/readyz');
    expect(answer.status).toBe(200);
    const checks = [{ name: 'redis', ok: true, reason: 'away: repeats are not recognised' }];
    expect(await answer.json()).toEqual({ status: 'degraded', checks });
  });

  it('is live whatever its checks say, and without asking them', async () => {
    let asked = 0;
    const broken = {
      name: 'broker',
      check: () => {
        asked += 1;
        throw new Error('away');
      },
    };
    const { get } = await serve([broken]);
    const response = await get('/livez');
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ status: 'live' });
    expect(asked).toBe(0);
  });

  it('shows the metrics as Prometheus reads them', async () => {
    const metrics = createMetrics();
    metrics.counter({ name: 'gaitkeeper_events_scored_total', help: 'Events.' }).inc(42);
    const { get } = await serve([], metrics);
    const response = await get('/metrics');
    expect(response.headers.get('content-type')).toContain('text/plain');
    expect(await response.text()).toContain('gaitkeeper_events_scored_total 42');
  });

  it('says its version, and knows nothing else', async () => {
    const { get } = await serve();
    expect(await (await get('/version')).json()).toEqual(version);
    expect((await get('/config')).status).toBe(404);
  });

  it('rejects when the port is taken', async () => {
    const { url } = await serve();
    const rival = createAdminServer({
      host: '127.0.0.1',
      port: Number(new URL(url).port),
      metrics: createMetrics(),
      health: [],
      version,
    });
    started.push(rival);
    await expect(rival.start()).rejects.toThrow('EADDRINUSE');
  });

  it('ends an open request at once when it is cut', async () => {
    const hangs = { name: 'broker', check: () => new Promise<never>(() => {}) };
    const { server, get } = await serve([hangs]);
    const asked = get('/readyz');
    await get('/livez'); // the server is at the first request as well by now
    server.cut();
    await expect(asked).rejects.toThrow();
    await expect(get('/livez')).rejects.toThrow();
  });

  it('can be stopped twice, and before it was started', async () => {
    const { server, get } = await serve();
    await server.stop();
    await server.stop();
    await expect(get('/livez')).rejects.toThrow();
    const unstarted = createAdminServer({ host: '127.0.0.1', port: 0, metrics: createMetrics(), health: [], version });
    await expect(unstarted.stop()).resolves.toBeUndefined();
  });
});
