import { setTimeout as delay } from 'node:timers/promises';
import type { Row } from '../campaign/row.ts';
import type { FaultProxy } from '../proxy/fault-proxy.ts';
import { beforeMs, steadyPerSecond } from './load-rates.ts';

const times = 12;
const betweenMs = 700;

/** The server has done the work, and nobody is told. */
export const replyLost: Row = {
  name: 'reply-lost',
  number: 13,
  title: 'replies of Redis and Kafka are lost after the work was done, and the connection with them',
  topology: 'one',
  short: true,
  async run(run) {
    const { redisProxy, kafkaProxies } = run.cluster;
    await run.startScorers(2);
    run.load.start(steadyPerSecond);
    await delay(beforeMs);
    const recoveriesMs: number[] = [];
    const proxies: readonly [string, FaultProxy][] = [
      ['redis', redisProxy],
      ...kafkaProxies.map((proxy) => ['kafka', proxy] as [string, FaultProxy]),
    ];
    const taken = new Map<string, number>();
    for (let time = 0; time < times; time++) {
      const [server, proxy] = proxies[time % proxies.length] as [string, FaultProxy];
      const atMs = run.clock.nowMs();
      const toxic = await proxy.add({ kind: 'dropOnce', direction: 'toClient', bytes: 1 });
      const acted = () =>
        proxy.events().events.some((event) => event.kind === 'toxicActed' && event.toxicId === toxic.id);
      await run.until('a reply was swallowed', acted);
      await toxic.remove();
      taken.set(server, (taken.get(server) ?? 0) + 1);
      await delay(betweenMs * run.random.uniform(0.5, 1.5));
      recoveriesMs.push(...(await run.recoveries(atMs)));
    }
    return {
      recoveriesMs,
      proofs: [...taken].map(([server, seen]) => ({ what: `replies of ${server} lost`, seen })),
      figures: Object.fromEntries([...taken].map(([server, seen]) => [`${server}RepliesLost`, seen])),
    };
  },
};
