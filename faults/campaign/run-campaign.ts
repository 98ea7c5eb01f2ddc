import type { KafkaClientName } from '../../platform/broker/kafka-clients.ts';
import { systemClock } from '../../platform/clock.ts';
import { createLogger } from '../../platform/log.ts';
import { createSeededRandom } from '../../platform/seeded-random.ts';
import { type Cluster, startCluster } from '../harness/cluster.ts';
import { figuresOf, type RunResult } from './figures.ts';
import { failuresReported, type RowReport } from './report.ts';
import type { Row } from './row.ts';
import { runRow } from './run-row.ts';

/** What is to be run, and who is told. */
export interface CampaignOptions {
  rows: readonly Row[];
  /** Whether it passes without those that cannot be injected here. */
  allowMissing: boolean;
  seeds: readonly number[];
  client: KafkaClientName;
  env: NodeJS.ProcessEnv;
  /** Progress, in lines. */
  tell(line: string): void;
  /** A row is over. */
  report(report: RowReport): void;
}

/** A node keeps files open for each partition it ever had: after so many runs it is left behind for a fresh one. */
const runsPerCluster = 12;

/** Runs row after row. Servers are kept from row to row while they are sound; a failed run is not trusted to leave them so. */
export async function runCampaign(options: CampaignOptions): Promise<boolean> {
  const { rows, allowMissing, seeds, client, env, tell, report } = options;
  const log = createLogger({ name: 'faults', level: 'silent', format: 'json' });
  let cluster: Cluster | undefined;
  let runsOnCluster = 0;
  let passed = true;

  async function leave(): Promise<void> {
    const left = cluster;
    cluster = undefined;
    await left?.stop();
  }

  async function clusterFor(row: Row): Promise<Cluster> {
    const fits = cluster?.topology === row.topology && row.servers === undefined && runsOnCluster < runsPerCluster;
    if (cluster === undefined || !fits) {
      await leave();
      runsOnCluster = 0;
      tell(`starting Kafka (${row.topology === 'one' ? 'one node' : 'three nodes'}) and Redis`);
      const random = createSeededRandom(`${row.name} cluster`);
      cluster = await startCluster({ topology: row.topology, client, clock: systemClock, log, random, ...row.servers });
    }
    runsOnCluster += 1;
    return cluster;
  }

  async function runAll(row: Row): Promise<RowReport> {
    const { name, number, title, topology } = row;
    const injectable = row.injectable?.() ?? { ok: true };
    if (!injectable.ok) {
      tell(`${name}: not injected: ${injectable.reason}`);
      return { row: name, number, title, notInjected: injectable.reason };
    }
    const results: RunResult[] = [];
    for (const seed of seeds) {
      const result = await runRow({
        ...{ row, seed, client, clock: systemClock, env },
        cluster: await clusterFor(row),
      });
      results.push(result);
      const how = result.failures.length === 0 ? 'ok' : `FAILED: ${result.failures.join('; ')}`;
      tell(`${name}, seed ${seed}, ${result.seconds.toFixed(0)} s: ${how}`);
      if (result.failures.length > 0 || row.servers !== undefined) await leave();
    }
    const failures = failuresReported(row, client, results);
    const seconds = Math.round(results.reduce((sum, result) => sum + result.seconds, 0));
    const of = { row: name, number, title, client, topology, passed: failures.length === 0, failures, seconds };
    return { ...of, ...figuresOf(row, results) };
  }

  try {
    for (const row of rows) {
      const told = await runAll(row);
      passed &&= 'notInjected' in told ? allowMissing : told.passed;
      report(told);
    }
  } finally {
    await leave();
  }
  return passed;
}
