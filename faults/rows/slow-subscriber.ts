import { setTimeout as delay } from 'node:timers/promises';
import { percentile } from '../campaign/figures.ts';
import type { Row } from '../campaign/row.ts';
import type { FaultRun } from '../harness/fault-run.ts';
import { beforeMs, steadyPerSecond } from './load-rates.ts';

/** Ten records a second. */
const perRecordMs = 100;
const loadMs = 20_000;
/** From acknowledgement to verdict: a machine that is busy without the subscriber may take longer, up to twice what it took before. */
const usualMostP99Ms = 2_000;

/** The 99th percentile from acknowledgement to verdict of what was acknowledged within a span of time, ms. */
function verdictP99Ms({ acked, watch }: FaultRun, fromMs: number, untilMs: number): number | null {
  const waits = acked.all().flatMap(({ name, atMs }) => {
    const arrivedMs = watch.arrivedAtMs(name);
    return atMs > fromMs && atMs <= untilMs && arrivedMs !== undefined ? [arrivedMs - atMs] : [];
  });
  return percentile(waits, 0.99);
}

/** A subscriber of the verdicts that cannot keep up, and for which nobody may wait. */
export const slowSubscriber: Row = {
  name: 'slow-subscriber',
  number: 15,
  title: 'a subscriber of the verdicts reads ten records a second; nothing before it slows down',
  topology: 'one',
  short: false,
  async run(run) {
    const { cluster, topics, groups, clock } = run;
    await run.startScorers(2);
    run.load.start(steadyPerSecond);
    await delay(beforeMs);
    const calmMs = clock.nowMs();
    await delay(beforeMs);
    let read = 0;
    const group = `${groups.scorer}-slow-subscriber`;
    const subscription = { group, topic: topics.verdicts, partitionsConcurrently: 1, maxRecordsPerBatch: 1 };
    const subscriber = await cluster.broker.consume(subscription, async ({ records, heartbeat }) => {
      await delay(records.length * perRecordMs);
      await heartbeat();
      read += records.length;
      return { kind: 'done', nextOffset: (records.at(-1)?.offset ?? 0) + 1 };
    });
    const atMs = clock.nowMs();
    await run.until('the subscriber reads', () => read > 0);
    await delay(loadMs);
    const readByThen = read;
    const behind = run.watch.records() - readByThen;
    const untilMs = clock.nowMs();
    const recoveriesMs = await run.recoveries(atMs);
    await run.settle();
    await subscriber.close();
    const calmP99Ms = verdictP99Ms(run, calmMs, atMs) ?? -1;
    const p99Ms = verdictP99Ms(run, atMs, untilMs);
    const mostP99Ms = Math.max(usualMostP99Ms, 2 * calmP99Ms);
    return {
      recoveriesMs,
      proofs: [
        { what: 'records that the subscriber read', seen: readByThen, atLeast: 50 },
        { what: 'records that it was behind', seen: behind, atLeast: 10 * steadyPerSecond },
      ],
      figures: { subscriberRead: readByThen, subscriberBehind: behind, p99Ms: p99Ms ?? -1, calmP99Ms },
      breaches: p99Ms === null || p99Ms > mostP99Ms ? [`verdicts took ${p99Ms} ms (p99), at most ${mostP99Ms}`] : [],
    };
  },
};
