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
  /**
   * Resident memory without what the engine keeps in reserve: V8 gives pages of its heap back late or never, and lets the heap
   * grow before it collects; only what is in use can leak.
   */
  heldMiB: Sample[];
  heapMiB: Sample[];
  /** Open file descriptors, sockets among them. */
  handles: Sample[];
}

/** Nothing is sampled yet. */
export function createProcessSamples(member: FleetMember): ProcessSamples {
  return { member, rssMiB: [], heldMiB: [], heapMiB: [], handles: [] };
}

/** Adds one sample of each kind. Rejects where the process does not answer. */
export async function sampleProcess(samples: ProcessSamples, atMs: number): Promise<void> {
  const { member, rssMiB, heldMiB, heapMiB, handles } = samples;
  const said = await metricsOf(member);
  const rss = said.sum('process_resident_memory_bytes') / bytesPerMiB;
  const used = said.sum('nodejs_heap_size_used_bytes') / bytesPerMiB;
  const reserved = said.sum('nodejs_heap_size_total_bytes') / bytesPerMiB - used;
  rssMiB.push({ atMs, value: rss });
  heldMiB.push({ atMs, value: rss - reserved });
  heapMiB.push({ atMs, value: used });
  handles.push({ atMs, value: await openFiles(member.pid()) });
}

/** What Redis holds for its data, MiB. */
export async function redisMebibytes(port: number): Promise<number> {
  const field = /^used_memory_dataset:(\d+)/m;
  const bytes = field.exec(await redisCommand(port, 'INFO memory', field))?.[1];
  return Number(bytes) / bytesPerMiB;
}
