import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { percentile } from '../campaign/figures.ts';
import type { Row } from '../campaign/row.ts';
import { beforeMs, steadyPerSecond } from './load-rates.ts';

const idle = 1_500;
const dripping = 300;
const dripEveryMs = 500;
const loadMs = 10_000;
/** Of the honest clients, on a busy machine. */
const mostP99Ms = 2_000;
const host = '127.0.0.1';

/** Connections that are held open; what the gateway does to them is no failure. */
function holdOpen(port: number, count: number): Socket[] {
  return Array.from({ length: count }, () => connect(port, host).on('error', () => undefined));
}

/** Clients that take connections and give next to nothing for them. */
export const slowClients: Row = {
  name: 'slow-clients',
  number: 28,
  title: 'hundreds of clients send a byte now and then, more than a thousand hold idle connections',
  topology: 'one',
  short: false,
  async run(run) {
    await run.startScorers(1);
    const { load, sender, url } = await run.startGateway();
    load.start(steadyPerSecond);
    await delay(2 * beforeMs);
    const calmP99 = percentile(sender.tookMs(0), 0.99);
    const port = Number(new URL(url).port);
    const sockets = [...holdOpen(port, idle), ...holdOpen(port, dripping)];
    const slow = sockets.slice(idle);
    for (const socket of slow) socket.write('POST /v1/batches HTTP/1.1\r\nHost: slow\r\nX: ');
    const atMs = run.clock.nowMs();
    let mostOpen = 0;
    while (run.clock.nowMs() < atMs + loadMs) {
      for (const socket of slow) if (socket.writable) socket.write('a');
      await delay(dripEveryMs);
      mostOpen = Math.max(mostOpen, sockets.filter(({ readyState }) => readyState === 'open').length);
    }
    const p99 = percentile(sender.tookMs(atMs), 0.99);
    const recoveriesMs = await run.recoveries(atMs);
    for (const socket of sockets) socket.destroy();
    const breaches =
      p99 === null || p99 > mostP99Ms ? [`honest clients waited ${p99} ms (p99), at most ${mostP99Ms}`] : [];
    return {
      recoveriesMs,
      proofs: [{ what: 'connections held at once', seen: mostOpen, atLeast: dripping }],
      figures: { connections: mostOpen, p99Ms: p99 ?? -1, calmP99Ms: calmP99 ?? -1 },
      breaches,
    };
  },
};
