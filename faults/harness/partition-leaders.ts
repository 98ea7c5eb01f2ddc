import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { findKcat } from '../../deploy/local/find-program.ts';
import type { Injectable } from '../campaign/row.ts';
import type { Cluster } from './cluster.ts';

/** Whether leaders can be asked for: by kcat, a client that we did not write. */
export function leadersCanBeAsked(): Injectable {
  const kcat = findKcat();
  return kcat.ok ? { ok: true } : { ok: false, reason: kcat.detail };
}

/** Of each partition of a topic, the node (from 0) that leads it; -1 where none does. */
export async function partitionLeaders({ kafka }: Cluster, topic: string): Promise<number[]> {
  const kcat = findKcat();
  if (!kcat.ok) throw new Error(kcat.detail);
  const { stdout } = await promisify(execFile)(kcat.path, [
    '-L',
    '-J',
    '-b',
    kafka.innerBrokers.join(','),
    '-t',
    topic,
  ]);
  const { topics } = JSON.parse(stdout) as { topics: { partitions: { partition: number; leader: number }[] }[] };
  const partitions = topics.flatMap((each) => each.partitions).sort((a, b) => a.partition - b.partition);
  return partitions.map(({ leader }) => leader - 1);
}
