import { setTimeout as delay } from 'node:timers/promises';
import type { BehaviourBatch } from '../../detection/words/behaviour.ts';
import type { SeededRandom } from '../../platform/seeded-random.ts';
import type { Row } from '../campaign/row.ts';
import { createDirectSender } from '../harness/direct-sender.ts';
import { createLoad } from '../harness/load.ts';
import { beforeMs, steadyPerSecond } from './load-rates.ts';

const repeatedShare = 0.05;
const heldShare = 0.05;
/** Sends until a held batch goes out, behind later ones of its subject. */
const mostSendsHeld = 40;
const loadMs = 12_000;

/** What became of the batches on their way. */
interface Unevenness {
  /** What goes out now in the place of these. */
  bend(batches: readonly BehaviourBatch[]): BehaviourBatch[];
  counts: { repeated: number; late: number };
}

/** Repeats some, swaps neighbours, holds others back until later ones have passed them. */
function createUnevenness(random: SeededRandom): Unevenness {
  const held: { batch: BehaviourBatch; sendsLeft: number }[] = [];
  const counts = { repeated: 0, late: 0 };
  return {
    counts,
    bend(batches) {
      const out: BehaviourBatch[] = [];
      for (const batch of batches) {
        if (random.chance(heldShare)) {
          held.push({ batch, sendsLeft: 1 + random.integer(mostSendsHeld) });
          continue;
        }
        out.push(batch);
        if (random.chance(repeatedShare)) {
          out.push(batch);
          counts.repeated += 1;
        }
      }
      for (const each of held) each.sendsLeft -= 1;
      const due = held.filter(({ sendsLeft }) => sendsLeft <= 0);
      held.splice(0, held.length, ...held.filter(({ sendsLeft }) => sendsLeft > 0));
      counts.late += due.length;
      return random.shuffled([...out, ...due.map(({ batch }) => batch)]);
    },
  };
}

/** Collectors that send twice, late, and in another order. */
export const unevenBatches: Row = {
  name: 'uneven-batches',
  number: 20,
  title: 'batches come twice, late and in another order, while a scorer is killed',
  topology: 'one',
  short: false,
  async run(run) {
    await run.startScorers(2);
    const sender = createDirectSender(run.cluster.broker, run.topics.behaviour, run.acked, run.clock);
    const { bend, counts } = createUnevenness(run.random.fork('unevenness'));
    const load = createLoad({
      ...{ people: run.people, clock: run.clock },
      sender: {
        async send(batches) {
          const bent = bend(batches);
          if (bent.length > 0) await sender.send(bent);
        },
      },
    });
    run.atEnd(() => load.stop());
    load.start(steadyPerSecond);
    await delay(beforeMs);
    const victim = run.random.pick(run.scorers());
    const atMs = run.clock.nowMs();
    await victim.restart();
    await delay(loadMs);
    const recoveriesMs = await run.recoveries(atMs);
    await load.stop();
    return {
      recoveriesMs,
      proofs: [
        { what: 'batches sent twice', seen: counts.repeated },
        { what: 'batches sent behind later ones', seen: counts.late },
      ],
      figures: { ...counts },
    };
  },
};
