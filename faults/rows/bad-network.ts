import { setTimeout as delay } from 'node:timers/promises';
import type { Proof, Row } from '../campaign/row.ts';
import { echoMs } from '../harness/echo-time.ts';
import type { StreamToxic } from '../proxy/toxic.ts';
import { beforeMs, steadyPerSecond } from './load-rates.ts';

const eachMs = 5_000;
/** Of a group that fell apart meanwhile: the session timeout, and as much for a line that was just mended. */
const mostRecoveryMs = 20_000;
const echoBytes = 60_000;
const toxics: readonly StreamToxic[] = [
  { kind: 'latency', direction: 'toClient', latencyMs: 60, jitterMs: 40 },
  { kind: 'bandwidth', direction: 'toServer', kilobytesPerSecond: 150 },
  { kind: 'bandwidth', direction: 'toClient', kilobytesPerSecond: 150 },
  { kind: 'slicer', direction: 'toServer', averageBytes: 200, variationBytes: 150, delayUs: 200 },
  { kind: 'slicer', direction: 'toClient', averageBytes: 200, variationBytes: 150, delayUs: 200 },
  { kind: 'limitData', direction: 'toClient', bytes: 20_000 },
  { kind: 'resetPeer', direction: 'toClient', timeoutMs: 300, toxicity: 0.5 },
];

/** How long {@link echoBytes} take through a toxic at the least; `undefined` for one that cuts, which its proxy tells. */
function leastDelayMs(toxic: StreamToxic): number | undefined {
  switch (toxic.kind) {
    case 'latency':
      return toxic.latencyMs - (toxic.jitterMs ?? 0);
    case 'bandwidth':
      return echoBytes / toxic.kilobytesPerSecond;
    case 'slicer': {
      const pieces = echoBytes / (toxic.averageBytes + (toxic.variationBytes ?? 0));
      return (pieces * (toxic.delayUs ?? 0)) / 1_000;
    }
    default:
      return undefined;
  }
}

/** The name of the figure of what was judged meanwhile. */
const perSecondFigure = ({ kind, direction }: StreamToxic): string =>
  `${kind}${direction === 'toClient' ? 'ToClient' : 'ToServer'}VerdictsPerSecond`;

/** A poor line: slow, narrow, in small pieces, cut and reset. */
export const badNetwork: Row = {
  name: 'bad-network',
  number: 22,
  title: 'the lines to Kafka and Redis are late, narrow, in slices, cut after some bytes and reset',
  topology: 'one',
  short: false,
  moreIsBetter: toxics.map(perSecondFigure),
  async run(run) {
    const { redisProxy, kafkaProxies } = run.cluster;
    const proxies = [redisProxy, ...kafkaProxies];
    await run.startScorers(2);
    run.load.start(steadyPerSecond);
    await delay(beforeMs);
    const recoveriesMs: number[] = [];
    const proofs: Proof[] = [];
    const figures: Record<string, number> = {};
    const breaches: string[] = [];
    for (const toxic of run.random.shuffled(toxics)) {
      const name = `${toxic.kind} ${toxic.direction}`;
      const leastMs = leastDelayMs(toxic);
      if (leastMs !== undefined) {
        const isQuicker = async () => (await echoMs(redisProxy.port, echoBytes)) < leastMs;
        await run.until(`an echo without ${name} is quicker than any with it`, isQuicker);
      }
      const before = run.watch.records();
      const startedAtMs = run.clock.nowMs();
      const added = await Promise.all(proxies.map((proxy) => proxy.add(toxic)));
      const tookMs = leastMs === undefined ? undefined : await echoMs(redisProxy.port, echoBytes);
      await delay(Math.max(0, startedAtMs + eachMs - run.clock.nowMs()));
      const atMs = run.clock.nowMs();
      const perSecond = Math.round((1_000 * (run.watch.records() - before)) / (atMs - startedAtMs));
      run.notes.add({ what: 'bad line', toxic, perSecond, tookMs });
      for (const each of added) await each.remove();
      const recoveries = await run.recoveries(atMs);
      recoveriesMs.push(...recoveries);
      figures[perSecondFigure(toxic)] = perSecond;
      const slowest = Math.max(...recoveries);
      if (slowest > mostRecoveryMs) breaches.push(`${name}: recovery took ${slowest} ms, at most ${mostRecoveryMs}`);
      if (leastMs !== undefined) {
        proofs.push({ what: `${name}: ms that an echo took`, seen: tookMs ?? 0, atLeast: leastMs });
        continue;
      }
      const acted = proxies.flatMap((proxy, index) =>
        proxy.events().events.filter((event) => event.kind === 'toxicActed' && event.toxicId === added[index]?.id),
      );
      proofs.push({ what: `${name}: connections that it ended`, seen: acted.length });
    }
    return { recoveriesMs, proofs, figures, breaches };
  },
};
