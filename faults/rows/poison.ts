import { setTimeout as delay } from 'node:timers/promises';
import type { OutgoingRecord } from '../../platform/broker/broker.ts';
import { hostileBatches } from '../../test/samples/hostile-corpus.ts';
import type { Row } from '../campaign/row.ts';
import { readDeadLetters } from '../harness/dead-letters.ts';
import type { FaultRun } from '../harness/fault-run.ts';
import { metricsOf } from '../harness/member-metrics.ts';
import { beforeMs, steadyPerSecond } from './load-rates.ts';

/** A flood of them would be a bad deploy, which stops the stage on purpose: a few among many good ones. */
const betweenMs = 150;
const randomBodies = 10;
const mostRandomBytes = 4_000;

/** Bodies made to hurt, and some of chance, each under the key of somebody who is typing. */
function poisonOf(run: FaultRun): OutgoingRecord[] {
  const random = run.random.fork('poison');
  const bodies = hostileBatches().map(({ bytes }) => bytes);
  for (let count = 0; count < randomBodies; count++) {
    bodies.push(Buffer.from(Array.from({ length: 1 + random.integer(mostRandomBytes) }, () => random.integer(256))));
  }
  return random.shuffled(bodies).map((value) => {
    return { topic: run.topics.behaviour, key: Buffer.from(random.pick(run.people.subjects)), value };
  });
}

/** A bomb that went off would be some hundreds. */
const mostGrowthMiB = 100;
/** Of reading states, judging and writing to both servers, on a busy machine. What a body of poison alone costs is in `npm run bench:hostile`. */
const mostMsPerRecord = 250;

async function rssMebibytes(run: FaultRun): Promise<number> {
  const said = await Promise.all(run.scorers().map(metricsOf));
  return Math.max(...said.map((member) => member.sum('process_resident_memory_bytes'))) / 1_048_576;
}

/** Records that no gateway let through: from an old version, a wrong producer, or somebody who wants to hurt. */
export const poison: Row = {
  name: 'poison',
  number: 16,
  title: 'records made to hurt stand among the batches: bombs, truncated, foreign and random ones',
  topology: 'one',
  short: true,
  async run(run) {
    await run.startScorers(2);
    run.load.start(steadyPerSecond);
    await delay(beforeMs);
    const rssBefore = await rssMebibytes(run);
    const count = (metric: string) => run.countFromNow(metric, { stage: 'scorer' });
    const seconds = await count('gaitkeeper_stage_micro_batch_seconds_sum');
    const handled = await count('gaitkeeper_stage_micro_batch_records_sum');
    // Has no label: blocks above a third of the session timeout. A bomb that goes off takes seconds.
    const blocks = await run.countFromNow('gaitkeeper_event_loop_block_seconds_count');
    const records = poisonOf(run);
    const atMs = run.clock.nowMs();
    for (const record of records) {
      await run.put([record]);
      await delay(betweenMs);
    }
    const recoveriesMs = await run.recoveries(atMs);
    await run.settle();
    const msPerRecord = Math.round((10_000 * (await seconds())) / (await handled())) / 10;
    const blocked = await blocks();
    const { size: letters } = await readDeadLetters(run);
    const rssGrowthMiB = Math.round((await rssMebibytes(run)) - rssBefore);
    const breaches: string[] = [];
    if (letters > records.length) breaches.push(`${records.length} records of poison, ${letters} set aside`);
    if (rssGrowthMiB > mostGrowthMiB) breaches.push(`memory grew by ${rssGrowthMiB} MiB, at most ${mostGrowthMiB}`);
    if (!(msPerRecord <= mostMsPerRecord)) breaches.push(`a record took ${msPerRecord} ms, at most ${mostMsPerRecord}`);
    if (blocked > 0) breaches.push(`an event loop stood still ${blocked} times`);
    return {
      recoveriesMs,
      proofs: [{ what: 'records of poison that were set aside', seen: letters, atLeast: records.length }],
      figures: {
        poison: records.length,
        deadLetters: letters,
        rssGrowthMiB,
        msPerRecord,
      },
      breaches,
    };
  },
};
