import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { findKcat } from '../../deploy/local/find-program.ts';
import { needs } from '../campaign/injectable.ts';
import type { Injectable } from '../campaign/row.ts';
import type { Cluster } from './cluster.ts';

/** Where a partition is kept, by nodes counted from 0. */
export interface KeptPartition {
  partition: number;
  /** -1 where no node leads it. */
  leader: number;
  /** The first one is preferred as the leader. */
  replicas: number[];
  inSync: number[];
}

/** Whether leaders can be asked for: by kcat, a client that we did not write. */
export function leadersCanBeAsked(): Injectable {
  return needs(findKcat());
}

/** Of each partition of a topic, in order, the nodes that keep it. */
export async function keptPartitions({ kafka }: Cluster, topic: string): Promise<KeptPartition[]> {
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
  const nodesOf = (brokers: readonly { id: number }[]) => brokers.map(({ id }) => id - 1);
  const { topics } = JSON.parse(stdout) as { topics: { partitions: ToldPartition[] }[] };
  return topics
    .flatMap(({ partitions }) => partitions)
    .map(({ partition, leader, replicas, isrs }) => {
      return { partition, leader: leader - 1, replicas: nodesOf(replicas), inSync: nodesOf(isrs) };
    })
    .sort((a, b) => a.partition - b.partition);
}

/** As kcat tells it, with nodes from 1; `leader` is -1 or 0 where there is none. */
interface ToldPartition {
  partition: number;
  leader: number;
  replicas: { id: number }[];
  isrs: { id: number }[];
}

/** Of each partition of a topic, the node that leads it; below 0 where none does. */
export async function partitionLeaders(cluster: Cluster, topic: string): Promise<number[]> {
  return (await keptPartitions(cluster, topic)).map(({ leader }) => leader);
}
