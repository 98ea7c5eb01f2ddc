import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KafkaClientName } from '../../platform/broker/kafka-clients.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Cluster } from '../harness/cluster.ts';
import type { FaultRun } from '../harness/fault-run.ts';
import { judgeRun, type RunJudgement } from '../harness/judge-run.ts';
import { startFaultRun } from '../harness/start-fault-run.ts';
import { failuresOf, type RunResult } from './figures.ts';
import type { Row, RowOutcome } from './row.ts';

/** One row with one seed on a cluster. */
export interface RunRowOptions {
  row: Row;
  seed: number;
  cluster: Cluster;
  client: KafkaClientName;
  clock: Clock;
  env: NodeJS.ProcessEnv;
}

const nothing: RowOutcome = { recoveriesMs: [], proofs: [] };
/** Does the fault, waits for rest, and has the topics and states judged. Never rejects: what went wrong is in the result. */
export async function runRow({ row, seed, cluster, client, clock, env }: RunRowOptions): Promise<RunResult> {
  const startedAtMs = clock.nowMs();
  const wrong: string[] = [];
  const attempt = async <Value>(step: string, act: () => Promise<Value>, otherwise: Value): Promise<Value> => {
    try {
      return await act();
    } catch (error) {
      wrong.push(`${step}: ${error instanceof Error ? error.message : error}`);
      return otherwise;
    }
  };
  const start = () => startFaultRun({ cluster, row: row.name, seed, client, clock, env });
  const run = await attempt<FaultRun | undefined>('start', start, undefined);
  if (run === undefined) {
    const seconds = (clock.nowMs() - startedAtMs) / 1000;
    const unknown = { judgement: undefined, fencedWrites: undefined, recoveriesMs: [], figures: {} };
    return { ...unknown, seed, failures: wrong, seconds };
  }
  try {
    const outcome = await attempt('fault', () => row.run(run), nothing);
    if (wrong.length > 0) await attempt('heal', async () => row.heal?.(cluster), undefined);
    await attempt('heal', () => clearProxies(cluster), undefined);
    await attempt('rest', () => run.settle(), undefined);
    const askFenced = () => run.scorersSay('gaitkeeper_stage_fenced_total');
    const fencedWrites = await attempt<number | undefined>('metrics', askFenced, undefined);
    await attempt('stop', () => run.fleet.stop(), undefined);
    const judgement = await attempt<RunJudgement | undefined>('verifier', () => judgeRun(run), undefined);
    const failures = [...wrong, ...failuresOf(row, outcome, judgement)];
    const faultLog = failures.length === 0 ? undefined : await writeFaultLog(run, row, outcome, failures, judgement);
    return {
      ...{ seed, judgement, fencedWrites, failures },
      ...{ figures: outcome.figures ?? {}, recoveriesMs: outcome.recoveriesMs },
      ...(faultLog === undefined ? {} : { faultLog }),
      seconds: (clock.nowMs() - startedAtMs) / 1000,
    };
  } finally {
    await run.stop().catch(() => undefined); // what could not be stopped ends with this process
  }
}

async function clearProxies({ kafkaProxies, redisProxy }: Cluster): Promise<void> {
  for (const proxy of [...kafkaProxies, redisProxy]) await proxy.clear();
}

/** Of each process, in the log. */
const keptLines = 200;

/** Everything that was done and seen, to be laid beside the topics. */
async function writeFaultLog(
  run: FaultRun,
  row: Row,
  outcome: RowOutcome,
  failures: readonly string[],
  judgement: RunJudgement | undefined,
): Promise<string> {
  const folder = join(tmpdir(), 'gaitkeeper-faults');
  await mkdir(folder, { recursive: true });
  const path = join(folder, `${row.name}-${run.seed}-${process.pid}.json`);
  const { cluster, fleet, notes, acked, watch } = run;
  const written = {
    row: row.name,
    seed: run.seed,
    failures,
    outcome,
    judgement,
    notes: notes.read(),
    processes: fleet.events(),
    lastWords: fleet.members().map((member) => ({ member: member.name, words: member.lastWords(keptLines) })),
    redisProxy: cluster.redisProxy.events(),
    kafkaProxies: cluster.kafkaProxies.map((proxy) => proxy.events()),
    withoutVerdict: acked.all().filter(({ name }) => watch.arrivedAtMs(name) === undefined),
    acked: acked.all(),
  };
  await writeFile(path, JSON.stringify(written, null, 1));
  return path;
}
