import { setTimeout as delay } from 'node:timers/promises';
import type { Row } from '../campaign/row.ts';
import type { StreamToxic } from '../proxy/toxic.ts';
import { beforeMs, steadyPerSecond } from './load-rates.ts';

const eachMs = 5_000;
const toxics: readonly StreamToxic[] = [
  { kind: 'latency', direction: 'toClient', latencyMs: 60, jitterMs: 40 },
  { kind: 'bandwidth', direction: 'toServer', kilobytesPerSecond: 150 },
  { kind: 'bandwidth', direction: 'toClient', kilobytesPerSecond: 150 },
  { kind: 'slicer', direction: 'toServer', averageBytes: 200, variationBytes: 150, delayUs: 200 },
  { kind: 'slicer', direction: 'toClient', averageBytes: 200, variationBytes: 150, delayUs: 200 },
  { kind: 'limitData', direction: 'toClient', bytes: 20_000 },
  { kind: 'resetPeer', direction: 'toClient', timeoutMs: 300, toxicity: 0.5 },
];

/** A poor line: slow, narrow, in small pieces, cut and reset. */
export const badNetwork: Row = {
  name: 'bad-network',
  number: 22,
  title: 'the lines to Kafka and Redis are late, narrow, in slices, cut after some bytes and reset',
  topology: 'one',
  short: false,
  async run(run) {
    const proxies = [run.cluster.redisProxy, ...run.cluster.kafkaProxies];
    await run.startScorers(2);
    run.load.start(steadyPerSecond);
    await delay(beforeMs);
    const recoveriesMs: number[] = [];
    const before = run.watch.records();
    for (const toxic of run.random.shuffled(toxics)) {
      const added = await Promise.all(proxies.map((proxy) => proxy.add(toxic)));
      await delay(eachMs);
      run.notes.add({ what: 'bad line', toxic, records: run.watch.records() - before });
      const atMs = run.clock.nowMs();
      for (const each of added) await each.remove();
      recoveriesMs.push(...(await run.recoveries(atMs)));
    }
    const events = proxies.flatMap((proxy) => proxy.events().events);
    const cutBy = (toxic: StreamToxic['kind']) =>
      events.filter((event) => event.kind === 'toxicActed' && event.toxic === toxic).length;
    return {
      recoveriesMs,
      proofs: [
        { what: 'connections cut after some bytes', seen: cutBy('limitData') },
        { what: 'connections that were reset', seen: cutBy('resetPeer') },
      ],
    };
  },
};
