import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { freePorts } from '../deploy/local/free-ports.ts';
import { startFaultProxy } from '../faults/proxy/fault-proxy.ts';
import { systemClock } from '../platform/clock.ts';
import { createSeededRandom } from '../platform/seeded-random.ts';
import type { PeerFigures, PeerTask, Way } from './fault-proxy/measured-peer.ts';
import { startWorkerProcess, type WorkerProcess } from './pipeline/worker-process.ts';

/**
 * What does the fault proxy cost while it does nothing? Client and server as processes of their own, the proxy in this
 * one; the same work straight over the loopback interface and through the proxy, in turn. `--json` prints `{rounds,
 * megabytesPerSecond: {direct, proxied}, roundTripMicroseconds: {direct, proxied}, streamRatio, addedMicroseconds}`.
 */
const rounds = 5;
const streamBytes = 256 * 1024 * 1024;
const roundTrips = 5_000;
const questionBytes = 256;
const ways = ['direct', 'proxied'] as const;

function start(task: PeerTask): WorkerProcess {
  const program = 'bench/fault-proxy/measured-peer.ts';
  return startWorkerProcess({ program, args: [JSON.stringify(task)], env: process.env });
}

async function untilListening(server: WorkerProcess, port: number): Promise<void> {
  for (;;) {
    server.assertRunning();
    const listening = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.destroy();
        resolve(true);
      });
      socket.once('error', () => resolve(false));
    });
    if (listening) return;
    await delay(50);
  }
}

function quantile(values: readonly number[], share: number): number {
  const ascending = [...values].sort((one, other) => one - other);
  return ascending[Math.min(ascending.length - 1, Math.floor(ascending.length * share))]!;
}

async function measure(): Promise<PeerFigures> {
  const [port] = await freePorts(1);
  const server = start({ role: 'server', port: port! });
  try {
    await untilListening(server, port!);
    const upstream = { host: '127.0.0.1', port: port! };
    const proxy = await startFaultProxy({ upstream, clock: systemClock, random: createSeededRandom(1) });
    const ports: Record<Way, number> = { direct: upstream.port, proxied: proxy.port };
    const client = start({ role: 'client', ports, rounds, streamBytes, roundTrips, questionBytes });
    const figures = JSON.parse(await client.finished()) as PeerFigures;
    await proxy.stop();
    return figures;
  } finally {
    await server.stop();
  }
}

const figures = await measure();
const rateOf = ({ megabytesPerSecond: rates }: PeerFigures[Way]) => {
  return { median: quantile(rates, 0.5), least: Math.min(...rates), most: Math.max(...rates) };
};
const timeOf = ({ microseconds }: PeerFigures[Way]) => {
  return { p50: quantile(microseconds, 0.5), p99: quantile(microseconds, 0.99) };
};
const megabytesPerSecond = { direct: rateOf(figures.direct), proxied: rateOf(figures.proxied) };
const roundTripMicroseconds = { direct: timeOf(figures.direct), proxied: timeOf(figures.proxied) };
const streamRatio = megabytesPerSecond.proxied.median / megabytesPerSecond.direct.median;
const addedMicroseconds = roundTripMicroseconds.proxied.p50 - roundTripMicroseconds.direct.p50;

if (process.argv.includes('--json')) {
  const told = { rounds, megabytesPerSecond, roundTripMicroseconds, streamRatio, addedMicroseconds };
  process.stdout.write(`${JSON.stringify(told)}\n`);
} else {
  for (const way of ways) {
    const { median, least, most } = megabytesPerSecond[way];
    const { p50, p99 } = roundTripMicroseconds[way];
    process.stdout.write(`${way.padEnd(8)} ${median.toFixed(0)} MB/s (${least.toFixed(0)} to ${most.toFixed(0)}), `);
    process.stdout.write(`round trip of ${questionBytes} bytes p50 ${p50.toFixed(0)} us, p99 ${p99.toFixed(0)} us\n`);
  }
  process.stdout.write(`ratio ${streamRatio.toFixed(2)}, ${addedMicroseconds.toFixed(0)} us more a round trip\n`);
}
