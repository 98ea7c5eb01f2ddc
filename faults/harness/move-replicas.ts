import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findKafkaTools } from '../../deploy/local/find-kafka.ts';
import { writeKafkaTools } from '../../deploy/local/kafka-tools.ts';
import { createTemporaryFolder } from '../../deploy/local/temporary-folder.ts';
import type { Cluster } from './cluster.ts';

/** Which nodes, from 0, shall keep a partition; the first one is preferred as its leader. */
export interface Placement {
  topic: string;
  partition: number;
  replicas: readonly number[];
}

/** A reassignment of replicas that Kafka was told to do. */
export interface ReplicaMove {
  /** For how many of the partitions Kafka's tool says by now that it is completed. */
  completed(): Promise<number>;
}

const tool = 'kafka-reassign-partitions.sh';

/** Resolves when Kafka has begun; it goes on by itself. Rejects with what its tool says where that refuses. */
export async function moveReplicas({ kafka }: Cluster, placements: readonly Placement[]): Promise<ReplicaMove> {
  const partitions = placements.map(({ topic, partition, replicas }) => {
    return { topic, partition, replicas: replicas.map((node) => node + 1) };
  });
  const reassign = async (what: '--execute' | '--verify'): Promise<string> => {
    const tools = findKafkaTools();
    if (!tools.ok) throw new Error(tools.detail);
    const folder = await createTemporaryFolder('gaitkeeper-move-');
    try {
      await writeKafkaTools(folder.path, tools);
      const plan = join(folder.path, 'plan.json');
      await writeFile(plan, JSON.stringify({ version: 1, partitions }));
      const where = ['--bootstrap-server', kafka.innerBrokers.join(',')];
      const args = [...where, '--reassignment-json-file', plan, what];
      return (await promisify(execFile)(join(folder.path, tool), args)).stdout;
    } finally {
      await folder.remove();
    }
  };
  const said = await reassign('--execute');
  if (!said.includes('Successfully started')) throw new Error(`${tool} did not begin: ${said}`);
  return {
    completed: async () =>
      (await reassign('--verify')).split('\n').filter((line) => line.endsWith('is completed.')).length,
  };
}
