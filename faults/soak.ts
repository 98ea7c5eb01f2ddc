/**
 * The soak (row 30 of the fault matrix): gateway, three scorers and alerting under a steady load for a long time, a scorer
 * killed and replaced every five minutes. Prints how memory, Redis and open handles grow, and has everything that came out
 * judged by the replay of the log. Exit code 1 where that found something, or something grows.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { trialIdentity } from '../cli/trial/trial-identity.ts';
import { maxMarksInProcess } from '../ingest/seen-marks.ts';
import { systemClock } from '../platform/clock.ts';
import { createLogger } from '../platform/log.ts';
import { createSeededRandom } from '../platform/seeded-random.ts';
import { clientNamed } from './client-named.ts';
import { startCluster } from './harness/cluster.ts';
import { judgeRun } from './harness/judge-run.ts';
import { startFaultRun } from './harness/start-fault-run.ts';
import { createTokenIssuer } from './harness/token-issuer.ts';
import { createProcessSamples, redisMebibytes, sampleProcess } from './soak/sample-processes.ts';
import { floorsOf, type Sample, shownValues, slopePerHour, withoutWarmUp } from './soak/slope.ts';

const { values: flags } = parseArgs({
  options: {
    minutes: { type: 'string', default: '30' },
    rate: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
    client: { type: 'string', default: 'kafkajs' },
    json: { type: 'boolean', default: false },
  },
});
const minutes = positive('minutes', flags.minutes);
const rate = positive('rate', flags.rate);
const client = clientNamed(flags.client);
const [log, random] = [createLogger({ name: 'soak', level: 'silent', format: 'json' }), createSeededRandom(flags.seed)];

/** Before the program, in each process that is watched. */
const collectSoon = new URL('./soak/collect-soon.mjs', import.meta.url).href;
const killEveryMs = 300_000;
const sampleEveryMs = 10_000;
/** Caches fill and code is compiled in it. */
const warmUpShare = 1 / 3;
/** Several collections of garbage lie in it. */
const floorEveryMs = 120_000;
/** Growth beyond is a leak; over half an hour the noise of a garbage-collected heap is about as large. */
const mostMiBPerHour = minutes >= 120 ? 5 : 60;
const mostHandlesPerHour = minutes >= 120 ? 5 : 60;
/** States of a fixed number of people, and marks of the last few minutes: nothing that may grow. */
const mostRedisMiBPerHour = minutes >= 120 ? 1 : 5;
/** Short, so that tokens are renewed all the time, and what Redis remembers of batches is forgotten within the warm-up. */
const tokenLifetimeMs = 90_000;
const clockSkewMs = 15_000;
const seenForMs = tokenLifetimeMs + 2 * clockSkewMs;

/** A growth that could not be told is none that was found harmless. */
function within(perHour: number | null, limit: number): boolean {
  return perHour !== null && perHour <= limit;
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new RangeError(`--${name} must be a number above 0, not ${text}`);
  return value;
}

const cluster = await startCluster({ topology: 'one', client, clock: systemClock, log, random });
try {
  const run = await startFaultRun({
    ...{ cluster, row: 'soak', seed: Number(flags.seed), client, clock: systemClock },
    env: { ...process.env, NODE_OPTIONS: `${process.env['NODE_OPTIONS'] ?? ''} --import ${collectSoon}`.trim() },
  });
  try {
    await run.startScorers(3);
    const identity = trialIdentity(run.seed);
    const { load, sender } = await run.startGateway({
      settings: {
        ...{ ingestTokenMaxLifetimeMs: tokenLifetimeMs, ingestClockSkewMs: clockSkewMs, ingestSeenForMs: seenForMs },
      },
      tokens: createTokenIssuer({
        ...{ tenant: run.tenant, clock: systemClock, lifetimeMs: tokenLifetimeMs },
        signer: () => ({ algorithm: 'HS256', key: Buffer.from(identity.tokenSecret) }),
      }),
    });
    const scorers = run.scorers();
    // The first scorer is never killed: only what lives on can be seen to grow.
    const watched = run.fleet.members().filter((member) => !scorers.slice(1).includes(member));
    const processes = watched.map(createProcessSamples);
    const redis: Sample[] = [];
    const beganAtMs = systemClock.nowMs();
    let kills = 0;
    // Until the gateway remembers as many batches as it may, what it takes grows with each of them.
    let fullAtMs = Number.POSITIVE_INFINITY;
    load.start(rate);
    while (systemClock.nowMs() - beganAtMs < minutes * 60_000) {
      await delay(sampleEveryMs);
      const atMs = systemClock.nowMs();
      for (const samples of processes) await sampleProcess(samples, atMs);
      redis.push({ atMs, value: await redisMebibytes(cluster.redis.port) });
      if (run.acked.all().length >= maxMarksInProcess) fullAtMs = Math.min(fullAtMs, atMs);
      if (Math.floor((atMs - beganAtMs) / killEveryMs) > kills) {
        kills += 1;
        await random.pick(scorers.slice(1)).restart();
        const [said] = processes.map(({ rssMiB }) => rssMiB.at(-1)?.value.toFixed(0));
        process.stderr.write(
          `${((atMs - beganAtMs) / 60_000).toFixed(0)} min: ${kills} kills, ${run.acked.all().length} batches, first process ${said} MiB\n`,
        );
      }
    }
    await run.settle();
    await run.fleet.stop();
    const { report, ...judged } = await judgeRun(run);
    const floors = (samples: readonly Sample[]) => floorsOf(samples, floorEveryMs);
    const slope = (samples: readonly Sample[]) =>
      slopePerHour(withoutWarmUp(floors(samples), { share: warmUpShare, fullAtMs }));
    const grown = processes.map(({ member, rssMiB, heldMiB, heapMiB, handles }) => ({
      process: member.name,
      ...{ rssMiB: rssMiB.at(-1)?.value, rssMiBPerHour: slope(rssMiB) },
      ...{ heldMiBPerHour: slope(heldMiB), heapMiBPerHour: slope(heapMiB) },
      ...{ handles: handles.at(-1)?.value, handlesPerHour: slope(handles) },
      ...{ rssFloorsMiB: shownValues(floors(rssMiB)), heldFloorsMiB: shownValues(floors(heldMiB)) },
      heapFloorsMiB: shownValues(floors(heapMiB)),
    }));
    const leaks = grown.filter(
      ({ heldMiBPerHour, handlesPerHour }) =>
        !within(heldMiBPerHour, mostMiBPerHour) || !within(handlesPerHour, mostHandlesPerHour),
    );
    const redisMiBPerHour = slope(redis);
    const compared = judged.unverifiable + judged.templatesUnused === 0;
    const passed = judged.ok && compared && leaks.length === 0 && within(redisMiBPerHour, mostRedisMiBPerHour);
    const told = {
      ...{ row: 'soak', minutes, rate, client, kills, tokenRenewals: sender.renewals(), ...judged, passed },
      ...{ redisMiB: redis.at(-1)?.value, redisMiBPerHour, redisFloorsMiB: shownValues(floors(redis)) },
      ...{
        gatewayFullAfterMinutes: Number.isFinite(fullAtMs) ? (fullAtMs - beganAtMs) / 60_000 : null,
        processes: grown,
      },
      ...{ limits: { mostMiBPerHour, mostHandlesPerHour, mostRedisMiBPerHour }, findings: report.findings },
    };
    process.stdout.write(`${JSON.stringify(told, null, flags.json ? undefined : 2)}\n`);
    if (!Number.isFinite(fullAtMs)) {
      process.stderr.write(
        `the gateway never remembered ${maxMarksInProcess} batches: nothing can be said of its growth; give more --minutes or a higher --rate\n`,
      );
    }
    process.exitCode = passed ? 0 : 1;
  } finally {
    await run.stop();
  }
} finally {
  await cluster.stop();
}
