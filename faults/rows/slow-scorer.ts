import { setTimeout as delay } from 'node:timers/promises';
import type { Row } from '../campaign/row.ts';
import { metricsOf } from '../harness/member-metrics.ts';
import { beforeMs, steadyPerSecond } from './load-rates.ts';

const cycles = 40;
const standsMs = 350;
const runsMs = 50;
/** Above what is left of the scorer. */
const overload = 4;
/** The queues between topic and verdict are bounded, so memory is. */
const mostGrowthMiB = 250;

/** The scorer has an eighth of a processor and too much to do. */
export const slowScorer: Row = {
  name: 'slow-scorer',
  number: 15,
  title: 'a scorer that is given an eighth of the time falls behind, then catches up',
  topology: 'one',
  short: false,
  async run(run) {
    await run.startScorers(1);
    const scorer = run.scorers().at(0);
    if (scorer === undefined) throw new Error('no scorer was started');
    const rssMiB = async () => (await metricsOf(scorer)).sum('process_resident_memory_bytes') / 1_048_576;
    run.load.start(steadyPerSecond);
    await delay(beforeMs);
    const before = await rssMiB();
    run.load.start(steadyPerSecond * overload);
    const atMs = run.clock.nowMs();
    let behind = 0;
    for (let cycle = 0; cycle < cycles; cycle++) {
      scorer.freeze();
      await delay(standsMs);
      scorer.thaw();
      await delay(runsMs);
      behind = Math.max(behind, run.waiting());
    }
    const growthMiB = Math.round((await rssMiB()) - before);
    run.load.start(steadyPerSecond);
    const recoveriesMs = await run.recoveries(atMs);
    return {
      recoveriesMs,
      proofs: [{ what: 'batches that waited at the worst', seen: behind, atLeast: steadyPerSecond }],
      figures: { worstBacklogBatches: behind, rssGrowthMiB: growthMiB },
      breaches:
        growthMiB > mostGrowthMiB ? [`memory grew by ${growthMiB} MiB under overload, at most ${mostGrowthMiB}`] : [],
    };
  },
};
