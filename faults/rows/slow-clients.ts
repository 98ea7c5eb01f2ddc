import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { percentile } from '../campaign/figures.ts';
import type { Row, RowOutcome } from '../campaign/row.ts';
import type { FaultRun, StartedGateway } from '../harness/fault-run.ts';
import { boundOpenFiles, openFiles, openFilesCanBeBounded } from '../harness/open-files.ts';
import { beforeMs, steadyPerSecond } from './load-rates.ts';

const idle = 1_500;
const dripping = 300;
/** Below what `ingestMaxConnections` cuts, with the honest ones: the gateway has to hold all of them. */
const maxConnections = 2_000;
const dripEveryMs = 500;
const loadMs = 10_000;
/** Of the honest clients, on a busy machine. */
const mostP99Ms = 2_000;
const mostOpenFiles = 256;
/** More than it has files for. */
const hungry = 600;
const hungryMs = 5_000;
/** Once the connections are gone. */
const answersWithinMs = 10_000;
const host = '127.0.0.1';

/** Below the connections that the system lets wait to be accepted (511): the others would only be tried again seconds later. */
const openedAtOnce = 250;

/** Connections that are held open; what the gateway does to them is no failure. */
function holdOpen(port: number, count: number): Socket[] {
  return Array.from({ length: count }, () => connect(port, host).on('error', () => undefined));
}

/** The same, each lot once the one before is through. */
async function holdOpenInLots(port: number, count: number): Promise<Socket[]> {
  const sockets: Socket[] = [];
  while (sockets.length < count) {
    const lot = holdOpen(port, Math.min(openedAtOnce, count - sockets.length));
    const through = (socket: Socket) =>
      new Promise((resolve) => socket.once('connect', resolve).once('close', resolve));
    await Promise.all(lot.map(through));
    sockets.push(...lot);
  }
  return sockets;
}

/** Hundreds that send a byte now and then, and more than a thousand that send nothing. */
async function slowOnes(run: FaultRun, { sender, url, member }: StartedGateway): Promise<RowOutcome> {
  const calmP99 = percentile(sender.tookMs(0), 0.99);
  const port = Number(new URL(url).port);
  const filesBefore = await openFiles(member.pid());
  const atMs = run.clock.nowMs();
  const sockets = await holdOpenInLots(port, idle + dripping);
  const slow = sockets.slice(idle);
  for (const socket of slow) socket.write('POST /v1/batches HTTP/1.1\r\nHost: slow\r\nX: ');
  let held = 0;
  while (run.clock.nowMs() < atMs + loadMs) {
    for (const socket of slow) if (socket.writable) socket.write('a');
    await delay(dripEveryMs);
    held = Math.max(held, (await openFiles(member.pid())) - filesBefore);
  }
  const p99 = percentile(sender.tookMs(atMs), 0.99);
  const recoveriesMs = await run.recoveries(atMs);
  for (const socket of sockets) socket.destroy();
  return {
    recoveriesMs,
    // Some of the honest ones' may have been closed meanwhile.
    proofs: [{ what: 'connections that the gateway held at once', seen: held, atLeast: idle + dripping - 64 }],
    figures: { connections: held, p99Ms: p99 ?? -1, calmP99Ms: calmP99 ?? -1 },
    breaches: p99 === null || p99 > mostP99Ms ? [`honest clients waited ${p99} ms (p99), at most ${mostP99Ms}`] : [],
  };
}

/** Every file that the gateway may open is taken by connections that want nothing. */
async function noFilesLeft(run: FaultRun, { url, member, sender }: StartedGateway): Promise<RowOutcome> {
  const port = Number(new URL(url).port);
  const files = () => openFiles(member.pid());
  await run.until('the slow connections are gone', async () => (await files()) < mostOpenFiles / 2);
  await boundOpenFiles(member.pid(), mostOpenFiles);
  const retriesBefore = sender.retries();
  const atMs = run.clock.nowMs();
  const sockets = holdOpen(port, hungry);
  let turnedAway = 0;
  for (const socket of sockets) {
    socket.once('close', () => {
      turnedAway += 1;
    });
  }
  let most = 0;
  while (run.clock.nowMs() < atMs + hungryMs) {
    await delay(dripEveryMs);
    most = Math.max(most, await files());
  }
  const seen = turnedAway;
  for (const socket of sockets) socket.destroy();
  const goneAtMs = run.clock.nowMs();
  const answers = () =>
    fetch(url, { headers: { connection: 'close' } }).then(
      () => true,
      () => false,
    );
  await run.until('the gateway answers new connections again', answers, answersWithinMs);
  const answeredAfterMs = run.clock.nowMs() - goneAtMs;
  const recoveriesMs = await run.recoveries(goneAtMs);
  return {
    recoveriesMs,
    // One is kept back by the runtime, to turn connections away with.
    proofs: [
      { what: 'files that the gateway had open, of those it may', seen: most, atLeast: mostOpenFiles - 1 },
      { what: 'connections that it had no file for', seen, atLeast: hungry - mostOpenFiles },
    ],
    figures: { turnedAway: seen, answeredAfterMs, retriesWithoutFiles: sender.retries() - retriesBefore },
  };
}

/** Clients that take connections and give next to nothing for them. */
export const slowClients: Row = {
  name: 'slow-clients',
  number: 28,
  title:
    'hundreds of clients send a byte now and then, more than a thousand hold idle connections; then the gateway has 256 files and no more',
  topology: 'one',
  short: false,
  injectable: openFilesCanBeBounded,
  async run(run) {
    await run.startScorers(1);
    const gateway = await run.startGateway({ settings: { ingestMaxConnections: maxConnections } });
    gateway.load.start(steadyPerSecond);
    await delay(2 * beforeMs);
    const slow = await slowOnes(run, gateway);
    const exhausted = await noFilesLeft(run, gateway);
    return {
      recoveriesMs: [...slow.recoveriesMs, ...exhausted.recoveriesMs],
      proofs: [...slow.proofs, ...exhausted.proofs],
      figures: { ...slow.figures, ...exhausted.figures },
      breaches: slow.breaches ?? [],
    };
  },
};
