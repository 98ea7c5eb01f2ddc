import { setTimeout as delay } from 'node:timers/promises';
import type { Row } from '../campaign/row.ts';
import { alterTopic } from '../harness/alter-topic.ts';
import type { FaultRun } from '../harness/fault-run.ts';
import { metricsOf } from '../harness/member-metrics.ts';
import { beforeMs, steadyPerSecond } from './load-rates.ts';

/** Beyond four session timeouts: whoever is silent for three is replaced, and must not be for a fault of the broker. */
const refusedMs = 45_000;
/** A partition rests for some seconds; a group that has lost a member needs a session timeout more. */
const mostRecoveryMs = 30_000;

/** Of all processes: each counts the stages of its own. */
async function restarts(run: FaultRun): Promise<number> {
  const staged = run.fleet.members().filter(({ name }) => !name.startsWith('ingest'));
  const said = await Promise.all(staged.map(metricsOf));
  return said.reduce((sum, member) => sum + member.sum('gaitkeeper_stage_restarts_total'), 0);
}

/**
 * The brokers answer and can be read from, but take no verdict: two of three are in sync, and all three are asked for. On a
 * single node it cannot be had: Kafka asks for no more replicas than a topic has.
 */
export const tooFewInSync: Row = {
  name: 'too-few-in-sync',
  number: 31,
  title:
    'one of three brokers is gone and verdicts ask for three in-sync replicas: for 45 s none of them can be written',
  topology: 'three',
  short: false,
  async run(run) {
    const { cluster, topics, clock } = run;
    const node = run.random.integer(cluster.kafka.brokers.length);
    await cluster.kafka.halt(node);
    await run.startScorers(2);
    run.load.start(steadyPerSecond);
    await run.recoveries(clock.nowMs());
    await delay(beforeMs);
    const pauses = await run.countFromNow('gaitkeeper_stage_pauses_total', { stage: 'scorer', reason: 'broker' });
    await alterTopic(cluster, topics.verdicts, 'min.insync.replicas', '3');
    await delay(beforeMs); // what was on its way is there, and read
    const before = run.watch.records();
    run.notes.add({ what: 'verdicts are refused', node });
    await delay(refusedMs);
    const written = run.watch.records() - before;
    const waiting = run.waiting();
    const rested = await pauses();
    await alterTopic(cluster, topics.verdicts, 'min.insync.replicas', '2');
    const backAtMs = clock.nowMs();
    run.notes.add({ what: 'verdicts are taken again', written, rested });
    const recoveriesMs = await run.recoveries(backAtMs);
    await cluster.kafka.restart(node);
    await run.settle();
    run.fleet.assertRunning();
    const restarted = await restarts(run);
    const slowest = Math.max(...recoveriesMs);
    const breaches: string[] = [];
    if (written > 0) breaches.push(`${written} verdicts were written although too few replicas were in sync`);
    if (restarted > 0) breaches.push(`${restarted} consumers were replaced although they were sound`);
    if (slowest > mostRecoveryMs) breaches.push(`recovery took ${slowest} ms, at most ${mostRecoveryMs}`);
    return {
      recoveriesMs,
      proofs: [
        { what: 'batches that waited because no verdict could be written', seen: waiting },
        { what: 'rests of partitions because the broker did not take verdicts', seen: rested },
      ],
      figures: { pausesBroker: rested, stageRestarts: restarted },
      breaches,
    };
  },
  async heal({ kafka }) {
    for (const node of kafka.brokers.keys()) await kafka.restart(node);
  },
};
