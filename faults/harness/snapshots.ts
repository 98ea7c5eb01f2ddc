import { readSnapshotRecord } from '../../platform/stage/snapshot-record.ts';
import type { FleetMember } from '../processes/process-fleet.ts';
import type { FaultRun } from './fault-run.ts';

/** Of each partition of the scorers' input, the last record that its newest complete snapshot contains. Partitions without one are left out. */
export async function snapshotEnds({ cluster, topics }: FaultRun): Promise<Map<number, number>> {
  const ends = new Map<number, number>();
  const reading = { topic: topics.snapshots, from: 'earliest', until: 'end' } as const;
  for await (const record of cluster.broker.read(reading)) {
    const { partition } = record;
    const content = readSnapshotRecord(record, { stage: 'scorer', topic: topics.behaviour, partition });
    if (content.kind !== 'marker') continue;
    ends.set(partition, Math.max(ends.get(partition) ?? -1, content.marker.appliedOffset));
  }
  return ends;
}

const began = 'the store holds no state of a partition that has a snapshot: building it again from that';
const done = 'states taken from the snapshot';

/** How long it took to build partitions from their snapshots, ms. */
export interface RebuildTimes {
  /** In which at least one was being built. */
  together: number;
  slowestPartition: number;
}

/** By what the members said in their logs. @throws where they said nothing of it */
export function rebuildTimes(members: readonly Pick<FleetMember, 'lastWords'>[]): RebuildTimes {
  const beganAtMs = new Map<string, number>();
  const spans: { fromMs: number; toMs: number }[] = [];
  for (const [index, member] of members.entries()) {
    for (const line of member.lastWords(1_000).split('\n')) {
      if (!(line.includes(`"${began}"`) || line.includes(`"${done}"`)) || !line.startsWith('{')) continue;
      const { msg, time, partition } = JSON.parse(line) as { msg: string; time: string; partition: number };
      const name = `${index} ${partition}`;
      const atMs = Date.parse(time);
      if (msg === began) beganAtMs.set(name, atMs);
      else spans.push({ fromMs: beganAtMs.get(name) ?? Number.NaN, toMs: atMs });
    }
  }
  const known = spans.filter(({ fromMs }) => !Number.isNaN(fromMs));
  if (known.length === 0) throw new RangeError('no member said that it built a partition from its snapshot');
  let together = 0;
  let doneMs = Number.NEGATIVE_INFINITY;
  for (const { fromMs, toMs } of known.sort((a, b) => a.fromMs - b.fromMs)) {
    together += Math.max(0, toMs - Math.max(fromMs, doneMs));
    doneMs = Math.max(doneMs, toMs);
  }
  return { together, slowestPartition: Math.max(...known.map(({ fromMs, toMs }) => toMs - fromMs)) };
}
