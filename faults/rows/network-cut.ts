import { setTimeout as delay } from 'node:timers/promises';
import type { Row } from '../campaign/row.ts';
import type { FaultProxy } from '../proxy/fault-proxy.ts';
import type { Direction } from '../proxy/toxic.ts';
import { beforeMs, steadyPerSecond } from './load-rates.ts';

/** Beyond the session timeout for Kafka. */
const kafkaCutMs = 14_000;
const redisCutMs = 4_000;
const ways: readonly (readonly Direction[])[] = [['toServer'], ['toClient'], ['toServer', 'toClient']];

/** Packets vanish: nobody is told, connections stay open. */
export const networkCut: Row = {
  name: 'network-cut',
  number: 21,
  title: 'the network to Redis, then to Kafka, swallows everything: one way, the other, both',
  topology: 'one',
  short: false,
  async run(run) {
    const { redisProxy, kafkaProxies } = run.cluster;
    await run.startScorers(2);
    run.load.start(steadyPerSecond);
    await delay(beforeMs);
    const recoveriesMs: number[] = [];
    let cuts = 0;
    const cut = async (proxies: readonly FaultProxy[], directions: readonly Direction[], ms: number): Promise<void> => {
      const holes = await Promise.all(
        proxies.flatMap((proxy) =>
          directions.map((direction) => proxy.add({ kind: 'timeout', direction, timeoutMs: 0 })),
        ),
      );
      await delay(ms);
      const atMs = run.clock.nowMs();
      for (const hole of holes) await hole.remove();
      const ids = new Set(holes.map(({ id }) => id));
      const happened = proxies.flatMap((proxy) => proxy.events().events);
      if (happened.some((event) => event.kind === 'toxicActed' && ids.has(event.toxicId))) cuts += 1;
      recoveriesMs.push(...(await run.recoveries(atMs)));
    };
    for (const directions of ways) await cut([redisProxy], directions, redisCutMs);
    for (const directions of ways) await cut(kafkaProxies, directions, kafkaCutMs);
    return {
      recoveriesMs,
      proofs: [{ what: 'cuts in which something was lost', seen: cuts, atLeast: 2 * ways.length }],
    };
  },
};
