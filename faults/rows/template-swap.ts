import { setTimeout as delay } from 'node:timers/promises';
import type { Row } from '../campaign/row.ts';
import { partitionsOf } from '../harness/member-metrics.ts';
import { beforeMs, steadyPerSecond } from './load-rates.ts';
import { pileUpBacklog } from './pile-up-backlog.ts';

const perSecond = 10;
const subjectsSwapped = 6;
const swaps = 80;
/** Of the swaps, before the kill. */
const swapsBeforeKill = 40;

/** Training publishes while people are judged, and a scorer dies in the middle of it. */
export const templateSwap: Row = {
  name: 'template-swap',
  number: 26,
  title: 'ten templates a second are activated for people who are typing, while a scorer is killed',
  topology: 'one',
  short: true,
  takeover: true,
  async run(run) {
    await run.startScorers(2);
    run.load.start(steadyPerSecond);
    await delay(beforeMs);
    const versionsBefore = run.watch.templateVersions();
    const own = run.people.own.slice(0, subjectsSwapped);
    const swapOne = async (number: number): Promise<void> => {
      const template = own[number % own.length];
      if (template === undefined) throw new Error('nobody has a template');
      await run.activate({ ...template, trainedAtMs: template.trainedAtMs + number + 1 });
      await delay(1_000 / perSecond);
    };
    for (let number = 0; number < swapsBeforeKill; number++) await swapOne(number);
    const victim = run.random.pick(run.scorers());
    const owned = await partitionsOf(victim);
    const backlog = await pileUpBacklog(run, owned);
    const atMs = run.clock.nowMs();
    await victim.kill();
    for (let number = swapsBeforeKill; number < swaps; number++) await swapOne(number);
    const recoveriesMs = await run.takeovers(atMs, owned);
    await run.settle();
    const versions = run.watch.templateVersions() - versionsBefore;
    return {
      recoveriesMs,
      proofs: [
        { what: 'templates that judged somebody in their turn', seen: versions, atLeast: subjectsSwapped },
        { what: 'batches that waited when a scorer was killed', seen: backlog },
      ],
      figures: { swaps, templatesSeen: versions },
    };
  },
};
