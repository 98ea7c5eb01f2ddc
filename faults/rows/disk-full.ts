import { setTimeout as delay } from 'node:timers/promises';
import { smallDiskAvailable } from '../../deploy/local/small-disk.ts';
import type { Row } from '../campaign/row.ts';
import { beforeMs, steadyPerSecond } from './load-rates.ts';

const diskMiB = 256;
/** Room for some seconds; more than is written while the disk is being filled. */
const leftBytes = 4 * 1_048_576;
const stallMs = 2_000;

/** Kafka cannot write any more. */
export const diskFull: Row = {
  name: 'disk-full',
  number: 23,
  title: "Kafka's disk fills up under load through the gateway, and is freed again",
  topology: 'one',
  short: false,
  servers: { kafkaDiskMiB: diskMiB, kafka: { properties: { 'log.index.size.max.bytes': '65536' } } },
  injectable: smallDiskAvailable,
  async run(run) {
    const { kafka, kafkaDisk } = run.cluster;
    if (kafkaDisk === undefined) throw new Error('Kafka has no disk of its own');
    await run.startScorers(1);
    const { load, sender } = await run.startGateway();
    load.start(steadyPerSecond);
    await delay(beforeMs);
    const retriesBefore = sender.retries();
    await kafkaDisk.fill(leftBytes);
    const fullAtMs = run.clock.nowMs();
    const newest = () => run.acked.all().at(-1)?.atMs ?? fullAtMs;
    await run.until('nothing is acknowledged any more', () => run.clock.nowMs() - newest() > stallMs);
    await kafkaDisk.free();
    kafka.kill('SIGKILL'); // it may be dead already: a supervisor starts it again
    await kafka.restart();
    const recoveriesMs = await run.recoveries(run.clock.nowMs());
    const retries = sender.retries() - retriesBefore;
    return {
      recoveriesMs,
      proofs: [{ what: 'requests that were refused and sent again', seen: retries }],
      figures: { longestStallMs: run.acked.longestSilenceMs(fullAtMs), retries },
    };
  },
  async heal({ kafka, kafkaDisk }) {
    await kafkaDisk?.free();
    await kafka.restart();
  },
};
