/**
 * What one scorer worker makes of batches that wait in a real Kafka: batches a second from the topic to a durable
 * verdict (verdict acknowledged, state stored in a real Redis, offset committed), beside what the same code makes without
 * the guarantee (states in memory only) and what the bare Kafka client makes of as many bytes, all in the same run; and how
 * long a verdict takes at a moderate pace. The machine is shared by Kafka,
 * Redis, the worker and the bench: compare ratios within one run. Ends with 1 where the guarantee costs more than its bar in
 * every run; the other bars are told ({@link holdToBars}). `--json` prints the figures alone.
 */
import { randomBytes } from 'node:crypto';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { valueKeyPrefix } from '../cli/connections.ts';
import { median } from '../evaluation/metrics/quantile.ts';
import { createVerdictCodec } from '../schemas/verdict.ts';
import { type BarOutcome, holdToBars } from './pipeline/bars.ts';
import type { CeilingTask } from './pipeline/ceiling-worker.ts';
import { createRunTopics, type Installation, type RunTopics, startInstallation } from './pipeline/installation.ts';
import { type LatencyFigures, measureLatency } from './pipeline/latency.ts';
import { createLoad } from './pipeline/load.ts';
import type { OwnFigures } from './pipeline/own-figures.ts';
import { prepareTopic } from './pipeline/prepare-topic.ts';
import { startScorerWorker } from './pipeline/scorer-worker.ts';
import { measureThroughput, type ThroughputFigures } from './pipeline/throughput.ts';
import type { UnguardedTask } from './pipeline/unguarded-worker.ts';
import { startWorkerProcess } from './pipeline/worker-process.ts';

const { values: flags } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    batches: { type: 'string', default: '48000' },
    subjects: { type: 'string', default: '1000' },
    runs: { type: 'string', default: '3' },
    rate: { type: 'string', default: '500' },
    /** Leaves processor profiles of the workers here; they cost some speed. */
    profile: { type: 'string' },
  },
});
const batches = wholeNumber('batches', flags.batches);
const subjects = wholeNumber('subjects', flags.subjects);
const runs = wholeNumber('runs', flags.runs);
const rate = wholeNumber('rate', flags.rate);
/** Share of the records before the clock starts: caches fill, code is compiled. */
const warmUpShare = 0.25;
const latencySeconds = 8;
/** With fewer, a baseline has answered all of them within a few fetches, and its rate says nothing. */
const leastBatchesToJudge = 24_000;

interface Run {
  first: 'worker' | 'baselines';
  worker: ThroughputFigures;
  unguarded: OwnFigures;
  ceiling: OwnFigures;
  ratio: number;
  /** Share of the unguarded throughput that the guarantee costs; below 0 where noise was more. */
  guaranteeCost: number;
  latency: LatencyFigures;
  rssMiB: number;
}

function wholeNumber(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new RangeError(`--${name} must be a whole number of at least 1`);
  return value;
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Mean size of the verdicts that a run has written; every one is read, so every one can be. */
async function verdictBytesOf({ broker }: Installation, { verdicts }: RunTopics, expected: number): Promise<number> {
  const codec = createVerdictCodec();
  let bytes = 0;
  let count = 0;
  for await (const { value } of broker.read({ topic: verdicts, from: 'earliest', until: 'end' })) {
    const read = codec.decode(value);
    if (!read.ok) throw new Error(`a verdict cannot be read: ${read.detail}`);
    count += 1;
    bytes += value?.length ?? 0;
  }
  if (count !== expected) throw new Error(`${expected} batches, ${count} verdicts`);
  return Math.round(bytes / count);
}

async function measureOwn(program: string, task: CeilingTask | UnguardedTask): Promise<OwnFigures> {
  const args = [JSON.stringify(task)];
  const output = await startWorkerProcess({ program, args, env: process.env }).finished();
  return JSON.parse(output) as OwnFigures;
}

async function measure(installation: Installation) {
  const done: Run[] = [];
  let batchBytes = 0;
  let verdictBytes = 0;
  for (let index = 0; index < runs; index++) {
    // The ceiling writes as much as the verdicts take, which the first worker tells.
    const first = index % 2 === 0 ? 'worker' : 'baselines';
    const topics = await createRunTopics(installation, `bench-${randomBytes(4).toString('hex')}.`);
    const load = createLoad(subjects, index + 1);
    const prepared = await prepareTopic(installation, topics, load, batches);
    batchBytes = prepared.batchBytes;
    const records = batches + prepared.activations;
    const warmUpRecords = Math.floor(records * warmUpShare);
    say(`run ${index + 1}/${runs}: ${batches} batches of ${batchBytes} bytes are in the topic`);
    const { brokers, redisUrl } = installation;
    const runCeiling = () =>
      measureOwn('bench/pipeline/ceiling-worker.ts', {
        ...{ brokers, group: `${topics.prefix}ceiling`, from: topics.behaviour, to: topics.ceiling },
        ...{ records, warmUpRecords, valueBytes: verdictBytes },
      });
    const runUnguarded = () =>
      measureOwn('bench/pipeline/unguarded-worker.ts', {
        ...{ brokers, redisUrl, group: `${topics.prefix}unguarded`, valueKeyPrefix: valueKeyPrefix(topics.prefix) },
        ...{ topics: { ...topics, verdicts: topics.ceiling }, records, warmUpRecords },
      });
    const baselines = async () => ({ unguarded: await runUnguarded(), ceiling: await runCeiling() });
    const before = first === 'baselines' ? await baselines() : undefined;
    const worker = await startScorerWorker({
      ...{ installation, topics },
      ...(flags.profile === undefined ? {} : { profileDir: flags.profile }),
    });
    try {
      const throughput = await measureThroughput(installation.broker, worker, topics.behaviour, warmUpRecords);
      const busy = await worker.use();
      say(`  worker    ${Math.round(throughput.perSecond)} batches/s`);
      if (index === 0) verdictBytes = await verdictBytesOf(installation, topics, batches);
      const { unguarded, ceiling } = before ?? (await baselines());
      say(`  unguarded ${Math.round(unguarded.perSecond)} batches/s`);
      say(`  ceiling   ${Math.round(ceiling.perSecond)} batches/s`);
      const latency = await measureLatency(installation, topics, load, {
        batchesPerSecond: rate,
        seconds: latencySeconds,
      });
      say(`  at ${rate} batches/s: p50 ${latency.p50Ms.toFixed(1)} ms, p99 ${latency.p99Ms.toFixed(1)} ms`);
      const rssMiB = Math.max(busy.rssMiB, (await worker.use()).rssMiB);
      const refused = (await installation.broker.offsets(topics.deadLetters)).reduce((sum, { high }) => sum + high, 0);
      if (refused > 0) throw new Error(`${refused} dead letters: this bench sends none`);
      done.push({
        first,
        worker: throughput,
        unguarded,
        ceiling,
        ratio: throughput.perSecond / ceiling.perSecond,
        guaranteeCost: 1 - throughput.perSecond / unguarded.perSecond,
        latency,
        rssMiB,
      });
    } finally {
      await worker.stop();
    }
  }
  return { done, batchBytes, verdictBytes };
}

function figuresOf({ done, batchBytes, verdictBytes }: Awaited<ReturnType<typeof measure>>, servers: string) {
  const round = (value: number, digits: number) => Number(value.toFixed(digits));
  const over = (pick: (run: Run) => number, digits = 0) => round(median(done.map(pick)), digits);
  const spread = (pick: (run: Run) => number, digits = 0) => {
    const values = done.map(pick);
    return [round(Math.min(...values), digits), round(Math.max(...values), digits)];
  };
  return {
    batchesPerSecond: over((run) => run.worker.perSecond),
    unguardedBatchesPerSecond: over((run) => run.unguarded.perSecond),
    guaranteeCost: over((run) => run.guaranteeCost, 3),
    ceilingBatchesPerSecond: over((run) => run.ceiling.perSecond),
    ratio: over((run) => run.ratio, 3),
    p50Ms: over((run) => run.latency.p50Ms, 1),
    p99Ms: over((run) => run.latency.p99Ms, 1),
    rssMiB: over((run) => run.rssMiB),
    /** Processor time of the process itself: what a busy machine changes least. */
    cpuMicrosPerBatch: over((run) => run.worker.cpuMicrosPerRecord),
    unguardedCpuMicrosPerBatch: over((run) => run.unguarded.cpuMicrosPerRecord),
    ceilingCpuMicrosPerBatch: over((run) => run.ceiling.cpuMicrosPerRecord),
    spread: {
      batchesPerSecond: spread((run) => run.worker.perSecond),
      unguardedBatchesPerSecond: spread((run) => run.unguarded.perSecond),
      guaranteeCost: spread((run) => run.guaranteeCost, 3),
      ceilingBatchesPerSecond: spread((run) => run.ceiling.perSecond),
      ratio: spread((run) => run.ratio, 3),
      p99Ms: spread((run) => run.latency.p99Ms, 1),
    },
    bars: holdToBars({
      guaranteeCosts: done.map((run) => run.guaranteeCost),
      batchesPerSecond: done.map((run) => run.worker.perSecond),
      ratios: done.map((run) => run.ratio),
    }),
    runs: done.map((run) => ({
      first: run.first,
      batchesPerSecond: round(run.worker.perSecond, 0),
      unguardedBatchesPerSecond: round(run.unguarded.perSecond, 0),
      guaranteeCost: round(run.guaranteeCost, 3),
      ceilingBatchesPerSecond: round(run.ceiling.perSecond, 0),
      ratio: round(run.ratio, 3),
      cpuMicrosPerBatch: round(run.worker.cpuMicrosPerRecord, 0),
      unguardedCpuMicrosPerBatch: round(run.unguarded.cpuMicrosPerRecord, 0),
      ceilingCpuMicrosPerBatch: round(run.ceiling.cpuMicrosPerRecord, 0),
      p50Ms: round(run.latency.p50Ms, 1),
      p99Ms: round(run.latency.p99Ms, 1),
      maxMs: round(run.latency.maxMs, 1),
      latencyVerdicts: run.latency.verdicts,
      rssMiB: round(run.rssMiB, 0),
    })),
    batches,
    subjects,
    batchBytes,
    verdictBytes,
    latencyBatchesPerSecond: rate,
    templates: 'every second subject has its own, the others are judged by a cohort template; synthetic weights',
    servers,
    node: process.version,
    cpus: availableParallelism(),
    cpu: cpus()[0]?.model ?? 'unknown',
    loadAverage: loadavg()[0],
  };
}

const installation = await startInstallation(process.env);
let measured: Awaited<ReturnType<typeof measure>>;
try {
  measured = await measure(installation);
} finally {
  await installation.stop();
}
const figures = figuresOf(measured, installation.words);
if (flags.json) {
  process.stdout.write(`${JSON.stringify(figures)}\n`);
} else {
  const { spread, bars } = figures;
  const number = (value: number) => value.toLocaleString('en');
  const words = { met: 'met', 'within-spread': 'missed by the median, within the spread', missed: 'missed' };
  const against = (sign: string, { bar, outcome }: BarOutcome) => `bar ${sign} ${number(bar)}: ${words[outcome]}`;
  const range = ([least = 0, most = 0]: number[]) => `(${number(least)} to ${number(most)})`;
  process.stdout.write(
    `medians of ${runs} runs, ${number(batches)} batches of ${figures.batchBytes} bytes, ${number(subjects)} subjects, ` +
      `verdicts of ${figures.verdictBytes} bytes\n${figures.servers}, Node ${figures.node}, ${figures.cpus} cores shared by all\n\n` +
      `one worker, topic to durable verdict  ${number(figures.batchesPerSecond)} batches/s ${range(spread.batchesPerSecond)}, ${against('>=', bars.batchesPerSecond)}\n` +
      `the same without the guarantee        ${number(figures.unguardedBatchesPerSecond)} batches/s ${range(spread.unguardedBatchesPerSecond)}\n` +
      `share that the guarantee costs        ${figures.guaranteeCost} ${range(spread.guaranteeCost)}, ${against('<=', bars.guaranteeCost)}\n` +
      `bare Kafka client, as many bytes      ${number(figures.ceilingBatchesPerSecond)} batches/s ${range(spread.ceilingBatchesPerSecond)}\n` +
      `ratio                                 ${figures.ratio} ${range(spread.ratio)}, ${against('>=', bars.ratio)}\n` +
      `processor time per batch              ${figures.cpuMicrosPerBatch} µs, without the guarantee ${figures.unguardedCpuMicrosPerBatch} µs, bare ${figures.ceilingCpuMicrosPerBatch} µs\n` +
      `batch to readable verdict, ${rate}/s     p50 ${figures.p50Ms} ms, p99 ${figures.p99Ms} ms ${range(spread.p99Ms)}\n` +
      `memory of the worker                  ${figures.rssMiB} MiB\n`,
  );
}
if (figures.bars.fails && batches < leastBatchesToJudge) {
  say(`the cost of the guarantee is not judged: that takes --batches ${leastBatchesToJudge} or more`);
} else if (figures.bars.fails) {
  say(
    `the guarantee costs more than ${figures.bars.guaranteeCost.bar} of the throughput in every run: see where the worker spends it with --profile FOLDER`,
  );
  process.exitCode = 1;
}
