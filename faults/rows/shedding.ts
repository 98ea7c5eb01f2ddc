import { setTimeout as delay } from 'node:timers/promises';
import type { Handling } from '../../detection/words/behaviour.ts';
import { createBehaviourTopicCodec } from '../../schemas/behaviour-topic.ts';
import { createVerdictCodec } from '../../schemas/verdict.ts';
import type { Row } from '../campaign/row.ts';
import { placeOf } from '../harness/dead-letters.ts';
import type { FaultRun } from '../harness/fault-run.ts';
import { metricsOf } from '../harness/member-metrics.ts';
import type { HandlingCosts } from '../processes/slow-scorer.ts';
import { beforeMs, steadyPerSecond } from './load-rates.ts';

/** `npm run faults` compiles it. */
const slowScorer = new URL('../../dist/faults/processes/slow-scorer.js', import.meta.url);
/** Fifty batches a second in full; what is shed costs so little that it keeps up. */
const costs: HandlingCosts = { full: 20, degraded: 13, shed: 2 };
/** A fifteenth of the defaults; refusing is left to the bench of the ladder. */
const ladder = { ingestDegradedAfterMs: 2_000, ingestShedAfterMs: 4_000, ingestRefusedAfterMs: 120_000 };
const shedAtLeast = 5 * steadyPerSecond;
const handlings = ['full', 'degraded', 'shed'] as const satisfies readonly Handling[];

/** Each batch of the topic with its stamp, by its place. */
async function stamped({ cluster, topics }: FaultRun): Promise<Map<string, Handling>> {
  const codec = createBehaviourTopicCodec();
  const stamps = new Map<string, Handling>();
  for await (const record of cluster.broker.read({ topic: topics.behaviour, from: 'earliest', until: 'end' })) {
    const read = codec.decode(record.value);
    if (read.ok && read.value.kind === 'batch') stamps.set(placeOf(record), read.value.value.handling);
  }
  return stamps;
}

/** How each verdict says that its batch was handled, by the place of the batch. */
async function handled({ cluster, topics }: FaultRun): Promise<Map<string, Handling>> {
  const codec = createVerdictCodec();
  const verdicts = new Map<string, Handling>();
  for await (const { value } of cluster.broker.read({ topic: topics.verdicts, from: 'earliest', until: 'end' })) {
    const read = codec.decode(value);
    if (!read.ok) throw new Error(`a verdict cannot be read: ${read.detail}`);
    const { decision, reason, degraded, source } = read.value;
    const isShed = decision === 'undecided' && reason === 'shed';
    verdicts.set(placeOf(source), isShed ? 'shed' : degraded ? 'degraded' : 'full');
  }
  return verdicts;
}

/** More than can be judged: what is shed is told of, batch by batch. */
export const shedding: Row = {
  name: 'shedding',
  number: 15,
  title:
    'a scorer that judges fifty batches a second gets more than twice as many; what is shed has its verdict, and is counted',
  topology: 'one',
  short: false,
  async run(run) {
    const slow = await run.fleet.start(
      'scorer',
      {},
      { file: slowScorer, args: [JSON.stringify(costs)], mayEnd: false },
    );
    const own = { ingestLadder: true, ingestLagPollMs: 200, ingestScorerGroup: run.groups.scorer };
    const { load, member } = await run.startGateway({ settings: { ...ladder, ...own } });
    const recorded = async (level: Handling) =>
      (await metricsOf(member)).sum('gaitkeeper_ingest_handling_total', { level });
    load.start(steadyPerSecond);
    const atMs = run.clock.nowMs();
    await run.until('batches are shed', async () => (await recorded('shed')) >= shedAtLeast, 120_000);
    await slow.stop();
    await run.startScorers(1);
    const level = async () => (await metricsOf(member)).sum('gaitkeeper_ingest_handling_level');
    // While nobody works everything is kept for later: in full again means that the backlog is gone as well.
    await run.until('the backlog is judged', () => run.waiting() < steadyPerSecond, 240_000);
    await run.until('new batches are judged in full again', async () => (await level()) === 0);
    const fullAgainMs = run.clock.nowMs();
    await delay(beforeMs);
    const recoveriesMs = await run.recoveries(fullAgainMs);
    await run.settle();

    const stamps = await stamped(run);
    const verdicts = await handled(run);
    const wrong = [...stamps].filter(([place, handling]) => verdicts.get(place) !== handling).length;
    const breaches: string[] = wrong === 0 ? [] : [`${wrong} verdicts do not say how their batch was handled`];
    const figures: Record<string, number> = { secondsOfOverload: Math.round((fullAgainMs - atMs) / 1000) };
    for (const handling of handlings) {
      const onTopic = [...stamps.values()].filter((stamp) => stamp === handling).length;
      const counted = await recorded(handling);
      figures[handling] = onTopic;
      if (counted !== onTopic)
        breaches.push(`${onTopic} batches are stamped ${handling}, the gateway counted ${counted}`);
    }
    return {
      recoveriesMs,
      proofs: [
        { what: 'batches shed', seen: figures['shed'] ?? 0, atLeast: shedAtLeast },
        { what: 'batches degraded', seen: figures['degraded'] ?? 0 },
      ],
      figures,
      breaches,
    };
  },
};
