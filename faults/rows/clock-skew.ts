import { setTimeout as delay } from 'node:timers/promises';
import { createBehaviourTopicCodec } from '../../schemas/behaviour-topic.ts';
import type { Row } from '../campaign/row.ts';
import type { FaultRun } from '../harness/fault-run.ts';
import { createLoad } from '../harness/load.ts';
import { metricsOf } from '../harness/member-metrics.ts';
import { clockJumpsMs, jumpClock, withShiftedClock } from '../harness/shifted-process.ts';
import { createTokenIssuer } from '../harness/token-issuer.ts';
import { beforeMs, steadyPerSecond } from './load-rates.ts';

const minuteMs = 60_000;
const keptLines = 1_000;
const hourMs = 60 * minuteMs;
/** A little more than the hour by which Kafka lets the clock of a writer be ahead of its own. */
const shiftMs = hourMs + minuteMs;
/** Two session timeouts and more: what a jump does to a member of a group shows until then. */
const afterJumpMs = 25_000;
/** For an answer and for a verdict, behind a jump: nobody dies, so nobody has to be missed first. A busy machine may take twice what it took before. */
const usualMostWaitMs = 9_000;

/** The farthest that the gateway's stamps went back from one batch of a subject to the next, ms. */
async function farthestStepBackMs({ cluster, topics }: FaultRun): Promise<number> {
  const codec = createBehaviourTopicCodec();
  const last = new Map<string, number>();
  let farthestMs = 0;
  for await (const { value } of cluster.broker.read({ topic: topics.behaviour, from: 'earliest', until: 'end' })) {
    const read = codec.decode(value);
    if (!read.ok || read.value.kind !== 'batch') continue;
    const { subject, receivedAtMs } = read.value.value;
    farthestMs = Math.max(farthestMs, (last.get(subject) ?? receivedAtMs) - receivedAtMs);
    last.set(subject, receivedAtMs);
  }
  return farthestMs;
}

/**
 * Each process has a clock of its own that is an hour off, some ahead, some behind; all jump to the other side while they work,
 * and back again. The devices' own stamps are off by up to an hour. What was judged is a function of the records alone, so the replay must
 * come to the same bytes; and nobody's work may stop for as long as a clock was set back. The clocks are those that a process
 * asks for the date: the computer's is not touched. Kafka and Redis have the true one.
 */
export const clockSkew: Row = {
  name: 'clock-skew',
  number: 19,
  title: 'the clocks of the processes differ by an hour and more, and jump by two hours, there and back',
  topology: 'one',
  short: false,
  async run(run) {
    const { fleet, clock, people, tenant, random } = run;
    const ahead = [shiftMs, -shiftMs] as const;
    const behind = [-shiftMs, shiftMs] as const;
    const [first, second, alerting] = await Promise.all([
      fleet.start('scorer', {}, withShiftedClock('scorer', ahead)),
      fleet.start('scorer', {}, withShiftedClock('scorer', behind)),
      fleet.start('alerting', {}, withShiftedClock('alerting', behind)),
    ]);
    const lifetimeMs = 6 * hourMs;
    const tokens = createTokenIssuer({
      ...{ tenant, clock, lifetimeMs, issuedBeforeMs: 2 * hourMs },
      signer: run.sharedSecret,
    });
    const settings = { ingestTokenMaxLifetimeMs: lifetimeMs, ingestSeenForMs: 2 * lifetimeMs };
    const gateway = await run.startGateway({ settings, tokens, program: withShiftedClock('ingest', ahead) });
    const shifted = [first, second, alerting, gateway.member];
    const skew = random.fork('devices');
    const load = createLoad({
      ...{ people, clock },
      sender: {
        send: (batches) =>
          gateway.sender.send(
            batches.map((batch) => {
              return { ...batch, deviceClockMs: clock.nowMs() + skew.integer(2 * shiftMs) - shiftMs };
            }),
          ),
      },
    });
    load.start(steadyPerSecond);
    await run.until('batches are judged', () => run.watch.records() > steadyPerSecond);
    await delay(beforeMs);

    const recoveriesMs: number[] = [];
    const firstJumpMs = clock.nowMs();
    for (let jump = 0; jump < 2; jump++) {
      const atMs = clock.nowMs();
      for (const member of shifted) jumpClock(member);
      run.notes.add({ what: 'jumped', jump });
      await delay(beforeMs);
      recoveriesMs.push(...(await run.recoveries(atMs)));
      await delay(Math.max(0, atMs + afterJumpMs - clock.nowMs()));
    }
    await load.stop();
    await run.settle();
    const { acked, watch } = run;
    const waits = acked.all().map(({ name, atMs }) => {
      return { atMs, ms: (watch.arrivedAtMs(name) ?? Number.POSITIVE_INFINITY) - atMs };
    });
    const longest = (of: readonly { ms: number }[]) => Math.max(0, ...of.map(({ ms }) => ms));
    const longestWaitMs = longest(waits.filter(({ atMs }) => atMs > firstJumpMs));
    const longestAnswerMs = Math.max(0, ...gateway.sender.tookMs(firstJumpMs));
    const calmWaitMs = longest(waits.filter(({ atMs }) => atMs <= firstJumpMs));
    const mostWaitMs = Math.max(usualMostWaitMs, 2 * calmWaitMs);
    const jumps = shifted.flatMap((member) => clockJumpsMs(member)).filter((ms) => Math.abs(ms) === 2 * shiftMs);
    const said = await Promise.all([first, second, alerting].map(metricsOf));
    const restarts = said.reduce((sum, member) => sum + member.sum('gaitkeeper_stage_restarts_total'), 0);
    // Only kafkajs has to be replaced: it counts from heartbeat to heartbeat by the date.
    const replaced = shifted.flatMap((member) => member.lastWords(keptLines).match(/clock was set back/g) ?? []).length;
    const stepBackMs = await farthestStepBackMs(run);
    return {
      recoveriesMs,
      proofs: [
        { what: 'jumps of clocks', seen: jumps.length, atLeast: 2 * shifted.length },
        { what: 'ms that the stamps of a subject went back', seen: stepBackMs, atLeast: hourMs },
      ],
      figures: { calmWaitMs, longestWaitMs, longestAnswerMs, stepBackMs, restarts, consumersReplaced: replaced },
      breaches: [
        ...(longestWaitMs > mostWaitMs ? [`a verdict came after ${longestWaitMs} ms, at most ${mostWaitMs}`] : []),
        ...(longestAnswerMs > mostWaitMs ? [`a device waited ${longestAnswerMs} ms, at most ${mostWaitMs}`] : []),
        ...(restarts > 0 ? [`${restarts} stages were taken for stopped`] : []),
      ],
    };
  },
};
