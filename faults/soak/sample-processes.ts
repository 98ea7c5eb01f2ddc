import { redisCommand } from '../../deploy/local/redis-command.ts';
import { metricsOf } from '../harness/member-metrics.ts';
import { openFiles } from '../harness/open-files.ts';
import type { FleetMember } from '../processes/process-fleet.ts';
import type { Sample } from './slope.ts';

const bytesPerMiB = 1_048_576;

/** What is watched of one process that lives from the beginning to the end. */
export interface ProcessSamples {
  member: FleetMember;
  rssMiB: Sample[];
  heapMiB: Sample[];
  /** Open file descriptors, sockets among them. */
  handles: Sample[];
}

/** Nothing is sampled yet. */
export function createProcessSamples(member: FleetMember): ProcessSamples {
  return { member, rssMiB: [], heapMiB: [], handles: [] };
}

/** Adds one sample of each kind. Rejects where the process does not answer. */
export async function sampleProcess({ member, rssMiB, heapMiB, handles }: ProcessSamples, atMs: number): Promise<void> {
  const said = await metricsOf(member);
  rssMiB.push({ atMs, value: said.sum('process_resident_memory_bytes') / bytesPerMiB });
  heapMiB.push({ atMs, value: said.sum('nodejs_heap_size_used_bytes') / bytesPerMiB });
  handles.push({ atMs, value: await openFiles(member.pid()) });
}

/** What Redis holds for its data, MiB. */
export async function redisMebibytes(port: number): Promise<number> {
  const field = /^used_memory_dataset:(\d+)/m;
  const bytes = field.exec(await redisCommand(port, 'INFO memory', field))?.[1];
  return Number(bytes) / bytesPerMiB;
}
