import { setTimeout as delay } from 'node:timers/promises';
import type { Row } from '../campaign/row.ts';
import type { FleetMember } from '../processes/process-fleet.ts';
import { beforeMs, steadyPerSecond } from './load-rates.ts';

const most = 8;
const least = 2;
const everyMs = 2_000;
/** Once nobody comes or goes: a rebalance that is under way may wait its 20 s and the session of a member that was killed 10 s, then what has piled up is worked off. */
const mostCalmMs = 45_000;
/** Without any verdict for so long, the group stands still. */
const stallMs = 1_000;

/** Members come and go faster than the group comes to rest. */
export const rebalanceStorm: Row = {
  name: 'rebalance-storm',
  number: 4,
  title: 'scorers join and leave every two seconds: from one to eight, down to two',
  topology: 'one',
  short: true,
  moreIsBetter: ['throughputKeptPercent'],
  async run(run) {
    await run.startScorers(1);
    run.load.start(steadyPerSecond);
    await delay(beforeMs);
    const present = [...run.scorers()];
    const changing: Promise<unknown>[] = [];
    const changesMs: number[] = [];
    const takenOver = async () => await run.scorersSay('gaitkeeper_stage_states_loaded_total', { stage: 'scorer' });
    const loadedBefore = await takenOver();
    const stormAtMs = run.clock.nowMs();
    const [ackedBefore, judgedBefore] = [run.acked.all().length, run.watch.records()];
    for (let joined = 1; joined < most; joined++) {
      changesMs.push(run.clock.nowMs());
      const joining = run.fleet.start('scorer').then((member) => present.push(member));
      changing.push(joining);
      await Promise.all([joining, delay(everyMs)]);
    }
    while (present.length > least) {
      changesMs.push(run.clock.nowMs());
      const [leaving] = present.splice(run.random.integer(present.length), 1) as [FleetMember];
      // By turns in order and not.
      changing.push(changesMs.length % 3 === 0 ? leaving.kill() : leaving.stop());
      await delay(everyMs);
    }
    await Promise.all(changing);
    const calmAtMs = run.clock.nowMs();
    const keptPercent = (100 * (run.watch.records() - judgedBefore)) / (run.acked.all().length - ackedBefore);
    const stoodStillMs = run.watch.standstillMs(stormAtMs, calmAtMs, stallMs);
    const calmMs = await run.recoveries(calmAtMs);
    const recoveriesMs = (await Promise.all(changesMs.map((atMs) => run.recoveries(atMs)))).flat();
    const slowestMs = Math.max(...calmMs);
    return {
      recoveriesMs,
      proofs: [{ what: 'states that went to another member', seen: (await takenOver()) - loadedBefore }],
      figures: {
        changes: changesMs.length,
        calmMs: slowestMs,
        throughputKeptPercent: Math.round(keptPercent),
        stoodStillSecondsPerMinute: Math.round((60 * stoodStillMs) / (calmAtMs - stormAtMs)),
      },
      breaches: slowestMs > mostCalmMs ? [`recovery after the storm took ${slowestMs} ms, at most ${mostCalmMs}`] : [],
    };
  },
};
