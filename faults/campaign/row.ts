import type { Cluster, ClusterOptions, Topology } from '../harness/cluster.ts';
import type { FaultRun } from '../harness/fault-run.ts';

/** Something that must have happened, or the fault was none and the row proves nothing. */
export interface Proof {
  what: string;
  seen: number;
  /** Default: 1. */
  atLeast?: number;
}

/** What a row saw with one seed. What was lost, repeated or out of order is found out afterwards, from the topics. */
export interface RowOutcome {
  /** From a fault to the first verdict of each partition behind it, ms. */
  recoveriesMs: readonly number[];
  proofs: readonly Proof[];
  /** Of this row alone, by name with unit. Over the seeds the largest is told; see {@link Row.moreIsBetter}. */
  figures?: Readonly<Record<string, number>>;
  /** What the row itself found wrong, in words. */
  breaches?: readonly string[];
}

/** Whether this machine can do to the servers what a row asks. */
export type Injectable = { ok: true } | { ok: false; reason: string };

/** A fault of the matrix. */
export interface Row {
  /** As in `--rows`. */
  name: string;
  /** In the fault matrix. */
  number: number;
  title: string;
  topology: Topology;
  /** Part of `--short`. */
  short: boolean;
  /** A member's partitions go to another one: within the session timeout and a little. */
  takeover?: boolean;
  /** Its own figures of which the least is the worst, and is told over the seeds. */
  moreIsBetter?: readonly string[];
  /** Servers of its own, which it may ruin. */
  servers?: Pick<ClusterOptions, 'kafka' | 'kafkaDiskMiB' | 'redis' | 'redisDiskMiB'>;
  /** Default: always. */
  injectable?(): Injectable;
  run(run: FaultRun): Promise<RowOutcome>;
  /** Makes the servers usable again where `run` failed half-way. */
  heal?(cluster: Cluster): Promise<void>;
}
