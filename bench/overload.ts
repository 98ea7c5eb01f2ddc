/**
 * Tenfold overload on a real Kafka and a real Redis: a gateway and a scorer as processes of their own, the scorer slowed so that
 * a small load is too much for it, limits a thirtieth of the defaults. Shows full, degraded, shed, 429 and full again; kills the
 * scorer on the way; then a scorer at its own speed takes over. Fails where a batch has no verdict, a verdict other bytes than an
 * undisturbed pass gives, or memory grew with the overload: a process by half, Redis by more than its marks and states need.
 * `--json` prints the figures alone.
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { freePorts } from '../deploy/local/free-ports.ts';
import type { HandlingCosts } from '../faults/processes/slow-scorer.ts';
import { levels } from '../ingest/ladder/level.ts';
import { topicNames } from '../schemas/topic-names.ts';
import { checkVerdicts } from './overload/check-verdicts.ts';
import { createDevices } from './overload/devices.ts';
import { redisGrowth } from './overload/redis-growth.ts';
import { redisMemoryBytes } from './overload/redis-memory.ts';
import { startInstallation } from './pipeline/installation.ts';
import { createLoad } from './pipeline/load.ts';
import { type OwnProcess, startOwnProcess } from './pipeline/own-process.ts';

/** In the proportion that `npm run bench:ladder` measures. */
const costs: HandlingCosts = { full: 20, degraded: 13, shed: 5 };
const capacityPerSecond = 1000 / costs.full;
const calmRate = capacityPerSecond / 2;
const overloadRate = 10 * capacityPerSecond;
const subjects = 200;
const partitions = 4;
const ladder = { ingestDegradedAfterMs: 2_000, ingestShedAfterMs: 6_000, ingestRefusedAfterMs: 20_000 };
const calmSeconds = 5;
/** How long the overload goes on once batches are refused. */
const refusedSeconds = 5;
const phaseWithinSeconds = 240;
/** How much larger a process may be at the end of the overload than after its first seconds. */
const mostGrowth = 1.5;
const bytesPerMiB = 1_048_576;

interface Sample {
  second: number;
  phase: string;
  level: string;
  lagSeconds: number;
  sent: number;
  waitingOnDevices: number;
  droppedOnDevices: number;
  gatewayMiB: number;
  scorerMiB: number;
  redisMiB: number;
}

const { values: flags } = parseArgs({ options: { json: { type: 'boolean', default: false } } });
const say = (line: string) => process.stderr.write(`${line}\n`);
const mebibytes = (bytes: number) => Math.round((10 * bytes) / bytesPerMiB) / 10;

const prefix = `bench-${randomBytes(4).toString('hex')}.`;
const topics = topicNames(prefix);
const secret = randomBytes(24).toString('hex');
const installation = await startInstallation(process.env);
const { broker, redisUrl } = installation;
const [port] = await freePorts(1);
const group = `${prefix}scorer`;
const shared = { kafkaBrokers: installation.brokers.join(','), redisUrl, topicPrefix: prefix, scorerGroup: group };
const processes = new Set<OwnProcess>();

async function start(...given: Parameters<typeof startOwnProcess>): Promise<OwnProcess> {
  const started = await startOwnProcess(...given);
  processes.add(started);
  return started;
}
const startSlowScorer = () => start('faults/processes/slow-scorer.ts', [JSON.stringify(costs)], shared);

await broker.createTopics(
  Object.values(topics).map((name) => ({ name, partitions, replicationFactor: 1, config: {} })),
);
let scorer = await startSlowScorer();
const gateway = await start('cli/main.ts', ['ingest'], {
  ...{ ...shared, ...ladder, ingestPort: port, ingestScorerGroup: group, ingestLagPollMs: 200 },
  ...{ ingestDevelopment: true, ingestDevelopmentSecret: secret, ingestDeviceRequestsPerMinute: 1_000_000 },
  ...{ ingestSubjectBatchesPerSecond: 1_000_000, ingestSubjectBurst: 1_000_000 },
});
const devices = createDevices({
  ...{ url: `http://127.0.0.1:${port}`, tenant: 'bench', tokenSecret: secret, load: createLoad(subjects, 1) },
});
const samples: Sample[] = [];
const startedAtMs = performance.now();

async function sample(phase: string): Promise<Sample> {
  const most = (series: Map<string, number>) => Math.max(0, ...series.values());
  const level = most(await gateway.series('gaitkeeper_ingest_handling_level'));
  const { sent, waiting, dropped } = devices.counts();
  const memory = async (own: OwnProcess) => mebibytes(most(await own.series('process_resident_memory_bytes')));
  const taken: Sample = {
    ...{ second: Math.round((performance.now() - startedAtMs) / 1000), phase, level: levels[level] ?? 'unknown' },
    lagSeconds: Math.round(most(await gateway.series('gaitkeeper_ingest_scorer_lag_seconds'))),
    ...{ sent, waitingOnDevices: waiting, droppedOnDevices: dropped },
    gatewayMiB: await memory(gateway),
    scorerMiB: await memory(scorer).catch(() => 0),
    redisMiB: mebibytes(await redisMemoryBytes(redisUrl)),
  };
  samples.push(taken);
  say(JSON.stringify(taken));
  return taken;
}

/** Samples each second until the condition holds. */
async function until(phase: string, holds: (taken: Sample, seconds: number) => boolean): Promise<void> {
  for (let seconds = 1; ; seconds++) {
    await delay(1_000);
    if (holds(await sample(phase), seconds)) return;
    if (seconds > phaseWithinSeconds)
      throw new Error(`the phase "${phase}" did not end within ${phaseWithinSeconds} s`);
  }
}

const settled = async (): Promise<boolean> => {
  const [ends, commits] = await Promise.all([
    broker.offsets(topics.behaviour),
    broker.committedOffsets(group, topics.behaviour),
  ]);
  return ends.every(({ partition, high }) => commits[partition]?.offset === high || high === 0);
};

async function measure() {
  devices.setRate(calmRate);
  await until('calm', (_, seconds) => seconds >= calmSeconds);
  devices.setRate(overloadRate);
  await until('overload', ({ level }) => level === 'shed');
  await scorer.crash();
  processes.delete(scorer);
  scorer = await startSlowScorer();
  await until('overload, scorer killed', ({ level }) => level === 'refused');
  await until('refused', (_, seconds) => seconds >= refusedSeconds);
  const worst = samples.at(-1);
  devices.setRate(calmRate);
  await scorer.stop();
  processes.delete(scorer);
  scorer = await start('cli/main.ts', ['scorer'], shared);
  await until('recovery', ({ level, lagSeconds }) => level === 'full' && lagSeconds === 0);
  const before = await gateway.series('gaitkeeper_ingest_handling_total');
  await until('calm again', (_, seconds) => seconds >= calmSeconds);
  await devices.finish();
  const after = await gateway.series('gaitkeeper_ingest_handling_total');
  while (!(await settled())) await delay(100);
  const handledAgain = Object.fromEntries(
    [...after].map(([labels, count]) => [/"(.*)"/.exec(labels)?.[1] ?? '', count - (before.get(labels) ?? 0)]),
  );
  const refusals = await gateway.series('gaitkeeper_ingest_requests_total');
  const early = samples.find(({ phase, level }) => phase === 'overload' && level === 'degraded');
  return {
    ...(await checkVerdicts(broker, topics)),
    acknowledged: devices.counts().sent,
    refused429: refusals.get('{outcome="scorers-behind"}') ?? 0,
    droppedOnDevices: devices.counts().dropped,
    handledAgain,
    firstSecondOf: Object.fromEntries(
      levels.map((level) => [level, samples.find((taken) => taken.level === level)?.second]),
    ),
    memoryMiB: {
      early: { gateway: early?.gatewayMiB, scorer: early?.scorerMiB, redis: early?.redisMiB },
      worst: { gateway: worst?.gatewayMiB, scorer: worst?.scorerMiB, redis: worst?.redisMiB },
    },
    redisGrowth: redisGrowth(early, worst, subjects),
    longestLagSeconds: Math.max(...samples.map(({ lagSeconds }) => lagSeconds)),
    overload: overloadRate / capacityPerSecond,
    servers: installation.words,
  };
}

/** What an overload must not do, and what it must. */
function faultsOf(figures: Awaited<ReturnType<typeof measure>>): string[] {
  const { memoryMiB, byHandling, handledAgain } = figures;
  const grew = (['gateway', 'scorer'] as const).filter(
    (name) => (memoryMiB.worst[name] ?? 0) > mostGrowth * (memoryMiB.early[name] ?? 0),
  );
  return [
    ...(figures.lost > 0 || figures.recorded !== figures.acknowledged ? ['acknowledged batches have no verdict'] : []),
    ...(figures.differingBytes > 0 ? ['verdicts differ from an undisturbed pass'] : []),
    ...(figures.wrongHandling > 0 ? ['verdicts do not follow what was stamped'] : []),
    ...(Math.min(...Object.values(byHandling)) === 0 || figures.refused429 === 0 ? ['a level was never reached'] : []),
    ...(handledAgain['full'] === 0 || handledAgain['shed'] !== 0 ? ['full handling did not come back'] : []),
    ...grew.map((name) => `the ${name} grew with the overload`),
    ...(figures.redisGrowth.isBeyond ? ['Redis grew by more than the marks and the states need'] : []),
  ];
}

try {
  const figures = await measure();
  const faults = faultsOf(figures);
  process.stdout.write(`${JSON.stringify({ ...figures, faults }, undefined, flags.json ? 0 : 2)}\n`);
  if (faults.length > 0) process.exitCode = 1;
} finally {
  for (const own of processes) await own.stop();
  await installation.stop();
}
