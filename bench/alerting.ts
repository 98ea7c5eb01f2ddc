/**
 * What one alerting worker makes of verdicts that wait in a real Kafka: verdicts a second from the topic to incidents, alerts
 * in every format and entity risk, durable (acknowledged, states in a real Redis, offsets committed), beside what the bare
 * Kafka client makes of reading them, in the same run. With `--kills` two workers share the work and are killed again and again
 * (-9). In the end every revision, state and alert is held against a replay of the verdict topic: exit code 1 where that
 * finds something. The machine is shared by all: compare ratios within one run. `--json` prints the figures alone.
 */
import { randomBytes } from 'node:crypto';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { alertTopicsOf } from '../alerting/alerts/alert-topics.ts';
import { alertFormats } from '../alerting/alerts/format.ts';
import { median } from '../evaluation/metrics/quantile.ts';
import { createLogger } from '../platform/log.ts';
import { createRedisConnection } from '../platform/store/redis-connection.ts';
import { RedisStateStore } from '../platform/store/redis-state-store.ts';
import { createVerdictCodec } from '../schemas/verdict.ts';
import { verifyRun } from '../verifier/verify-run.ts';
import { type AlertingWorker, startAlertingWorker } from './alerting/alerting-worker.ts';
import { chainProgress } from './alerting/chain-progress.ts';
import { createVerdictLoad } from './alerting/verdict-load.ts';
import type { CeilingTask } from './pipeline/ceiling-worker.ts';
import { createRunTopics, type Installation, type RunTopics, startInstallation } from './pipeline/installation.ts';
import type { OwnFigures } from './pipeline/own-figures.ts';
import { startWorkerProcess } from './pipeline/worker-process.ts';

const { values: flags } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    verdicts: { type: 'string', default: '200000' },
    subjects: { type: 'string', default: '5000' },
    runs: { type: 'string', default: '3' },
    kills: { type: 'string', default: '0' },
  },
});
const verdicts = wholeNumber('verdicts', flags.verdicts, 1_000);
const subjects = wholeNumber('subjects', flags.subjects, 1);
const runs = wholeNumber('runs', flags.runs, 1);
const kills = wholeNumber('kills', flags.kills, 0);
/** Share of the verdicts before the clock starts: caches fill, code is compiled. */
const warmUpShare = 0.2;
const recordsPerCall = 2_000;
/** So high that nothing is held back: every alert is written. */
const alertHourlyLimit = 100_000;
const pollMs = 50;
const stuckAfterMs = 120_000;

interface Run {
  verdictsPerSecond: number;
  cpuMicrosPerVerdict: number;
  ceiling: OwnFigures;
  /** The largest of any worker. */
  rssMiB: number;
  kills: number;
  revisions: number;
  alerts: number;
  /** Of the replay: nothing but repetitions with the same bytes may differ. */
  verified: { ok: boolean; findings: number; revisions: number; alerts: number; states: number; repeated: number };
}

function wholeNumber(name: string, text: string, least: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < least) {
    throw new RangeError(`--${name} must be a whole number of at least ${least}`);
  }
  return value;
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

async function prepare({ broker }: Installation, topics: RunTopics, seed: number): Promise<number> {
  const partitions = (await broker.offsets(topics.behaviour)).length;
  const load = createVerdictLoad(subjects, partitions, seed);
  const codec = createVerdictCodec();
  let bytes = 0;
  for (let written = 0; written < verdicts; written += recordsPerCall) {
    const records = Array.from({ length: Math.min(recordsPerCall, verdicts - written) }, () => {
      const verdict = load.next();
      const value = codec.encode(verdict);
      bytes += value.length;
      return { topic: topics.verdicts, key: Buffer.from(verdict.subject), value };
    });
    await broker.produce(records);
  }
  return Math.round(bytes / verdicts);
}

/** Works until every stage is through; kills one worker of two at even places on the way, where it is asked to. */
async function work(installation: Installation, topics: RunTopics) {
  const { broker } = installation;
  const start = () =>
    startAlertingWorker(installation, topics, { alertFormats: alertFormats.join(','), alertHourlyLimit });
  const workers: AlertingWorker[] = [await start()];
  if (kills > 0) workers.push(await start());
  let began: { at: number; verdicts: number; cpuSeconds: number } | undefined;
  let last = { at: performance.now(), verdicts: -1 };
  let killed = 0;
  let rssMiB = 0;
  try {
    for (;;) {
      const { verdicts: done, isThrough } = await chainProgress(broker, topics);
      const at = performance.now();
      if (done > last.verdicts) last = { at, verdicts: done };
      else if (at - last.at > stuckAfterMs) throw new Error(`alerting is stuck at ${done} of ${verdicts} verdicts`);
      const uses = await Promise.all(workers.map((worker) => worker.use()));
      rssMiB = Math.max(rssMiB, ...uses.map((use) => use.rssMiB));
      const cpuSeconds = uses.reduce((sum, use) => sum + use.cpuSeconds, 0);
      if (began === undefined && done >= warmUpShare * verdicts) began = { at, verdicts: done, cpuSeconds };
      if (isThrough && began !== undefined) {
        const counted = done - began.verdicts;
        if (counted === 0) throw new Error('everything was done before the clock started: give more --verdicts');
        return {
          ...{ verdictsPerSecond: counted / ((at - began.at) / 1000), rssMiB, kills: killed },
          // Of workers that were killed nobody knows what they spent.
          cpuMicrosPerVerdict: kills > 0 ? 0 : ((cpuSeconds - began.cpuSeconds) * 1e6) / counted,
        };
      }
      if (killed < kills && done >= ((killed + 0.5) / kills) * verdicts) {
        const victim = killed % workers.length;
        await workers[victim]?.crash();
        killed += 1;
        say(`  kill ${killed} of ${kills} at ${done} verdicts`);
        workers[victim] = await start();
      }
      for (const worker of workers) worker.assertRunning();
      await delay(pollMs);
    }
  } finally {
    await Promise.all(workers.map((worker) => worker.stop()));
  }
}

async function recordsOf({ broker }: Installation, topic: string): Promise<number> {
  return (await broker.offsets(topic)).reduce((sum, { high }) => sum + high, 0);
}

async function verified(installation: Installation, topics: RunTopics): Promise<Run['verified']> {
  const log = createLogger({ name: 'bench', level: 'error', format: 'json' });
  const connection = createRedisConnection(
    { url: installation.redisUrl, name: 'verify', commandTimeoutMs: 10_000 },
    log,
  );
  await connection.connect();
  try {
    const { ok, findings, findingsLeftOut, incidents, alerts, alertingStates, publishingStates } = await verifyRun({
      ...{ broker: installation.broker, topics, settled: true, scorer: false, alertHourlyLimit },
      groups: { scorer: `${topics.prefix}scorer`, alerting: `${topics.prefix}alerting` },
      states: new RedisStateStore(connection),
      templates: installation.templatesUnder(topics.prefix),
    });
    return {
      ...{ ok, findings: findings.length + findingsLeftOut, revisions: incidents.expected, alerts: alerts.expected },
      ...{ states: alertingStates + publishingStates, repeated: incidents.duplicatedIds + alerts.duplicatedIds },
    };
  } finally {
    await connection.close();
  }
}

async function measure(installation: Installation): Promise<{ done: Run[]; verdictBytes: number }> {
  const done: Run[] = [];
  let verdictBytes = 0;
  for (let index = 0; index < runs; index++) {
    const topics = await createRunTopics(installation, `bench-${randomBytes(4).toString('hex')}.`);
    verdictBytes = await prepare(installation, topics, index + 1);
    say(`run ${index + 1}/${runs}: ${verdicts} verdicts of ${verdictBytes} bytes are in the topic`);
    const task: CeilingTask = {
      ...{ brokers: installation.brokers, group: `${topics.prefix}ceiling`, from: topics.verdicts, to: topics.ceiling },
      ...{ records: verdicts, warmUpRecords: Math.floor(verdicts * warmUpShare), valueBytes: 0 },
    };
    const bare = startWorkerProcess({
      ...{ program: 'bench/pipeline/ceiling-worker.ts', args: [JSON.stringify(task)], env: process.env },
    });
    const ceiling = JSON.parse(await bare.finished()) as OwnFigures;
    say(`  ceiling   ${Math.round(ceiling.perSecond)} verdicts/s`);
    const worked = await work(installation, topics);
    say(`  worker    ${Math.round(worked.verdictsPerSecond)} verdicts/s, ${worked.rssMiB.toFixed(0)} MiB`);
    const refused = await recordsOf(installation, topics.deadLetters);
    if (refused > 0) throw new Error(`${refused} dead letters: this bench sends none`);
    const revisions = await recordsOf(installation, topics.incidents);
    const alertTopics = alertTopicsOf(topics);
    const counts = await Promise.all(alertFormats.map((format) => recordsOf(installation, alertTopics[format])));
    const check = await verified(installation, topics);
    say(`  verified  ${check.ok ? 'nothing differs' : `${check.findings} findings`}`);
    done.push({
      ...worked,
      ceiling,
      revisions,
      alerts: counts.reduce((sum, count) => sum + count, 0),
      verified: check,
    });
  }
  return { done, verdictBytes };
}

const installation = await startInstallation(process.env);
let measured: Awaited<ReturnType<typeof measure>>;
try {
  measured = await measure(installation);
} finally {
  await installation.stop();
}
const { done, verdictBytes } = measured;
const round = (value: number, digits = 0) => Number(value.toFixed(digits));
const over = (pick: (run: Run) => number, digits = 0) => round(median(done.map(pick)), digits);
const ratioOf = (run: Run) => run.verdictsPerSecond / run.ceiling.perSecond;
const figures = {
  verdictsPerSecond: over((run) => run.verdictsPerSecond),
  ceilingVerdictsPerSecond: over((run) => run.ceiling.perSecond),
  ratio: over(ratioOf, 3),
  ratios: done.map((run) => round(ratioOf(run), 3)),
  cpuMicrosPerVerdict: over((run) => run.cpuMicrosPerVerdict),
  rssMiB: Math.round(Math.max(...done.map((run) => run.rssMiB))),
  kills: done.reduce((sum, run) => sum + run.kills, 0),
  revisions: done.reduce((sum, run) => sum + run.revisions, 0),
  alerts: done.reduce((sum, run) => sum + run.alerts, 0),
  ok: done.every((run) => run.verified.ok),
  verified: done.map((run) => run.verified),
  ...{ verdicts, subjects, verdictBytes, formats: alertFormats, servers: installation.words },
  ...{ node: process.version, cpus: availableParallelism(), cpu: cpus()[0]?.model ?? 'unknown' },
  loadAverage: loadavg()[0],
};
const number = (value: number) => value.toLocaleString('en');
process.stdout.write(
  flags.json
    ? `${JSON.stringify(figures)}\n`
    : `medians of ${runs} runs, ${number(verdicts)} verdicts of ${verdictBytes} bytes, ${number(subjects)} subjects; ${figures.servers}, Node ${figures.node}\n\n` +
        `alerting, topic to durable alerts  ${number(figures.verdictsPerSecond)} verdicts/s, ${figures.cpuMicrosPerVerdict} µs of processor each\n` +
        `bare Kafka client, reading alone   ${number(figures.ceilingVerdictsPerSecond)} verdicts/s\n` +
        `ratio                              ${figures.ratio}\n` +
        `memory of a worker, at most        ${figures.rssMiB} MiB\n` +
        `revisions and alerts               ${number(figures.revisions)} and ${number(figures.alerts)} in ${alertFormats.length} formats, ${figures.kills} kills\n` +
        `held against a replay              ${figures.ok ? 'nothing differs' : 'something differs: see --json'}\n`,
);
process.exitCode = figures.ok ? 0 : 1;
