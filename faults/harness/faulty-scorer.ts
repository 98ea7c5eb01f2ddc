import type { StagePoint } from '../../platform/stage/partition-work.ts';
import type { FleetMember, ProcessFleet } from '../processes/process-fleet.ts';

/** `npm run faults` compiles it. */
const program = new URL('../../dist/faults/processes/faulty-scorer.js', import.meta.url);

/** What a faulty scorer is told to do. */
export interface Harm {
  point: StagePoint;
  /** At which passing of the point, from 1, after it was told. */
  passing: number;
  /** How long it blocks its event loop there. Default: it dies. */
  blockMs?: number;
}

/** What it said of it. */
export interface HarmDone {
  harmedAt: StagePoint;
  atMs: number;
  assignedPartitions: number[];
}

/** A scorer that works like any other until it is sent SIGUSR2. */
export function startFaultyScorer(fleet: ProcessFleet, { point, passing, blockMs = 0 }: Harm): Promise<FleetMember> {
  const args = [point, String(passing), String(blockMs)];
  return fleet.start('scorer', {}, { file: program, args, mayEnd: blockMs === 0 });
}

/** `undefined` where nothing has happened yet. */
export function harmDone(member: Pick<FleetMember, 'lastWords'>): HarmDone | undefined {
  const line = member
    .lastWords(1_000)
    .split('\n')
    .findLast((text) => text.startsWith('{"harmedAt"'));
  return line === undefined ? undefined : (JSON.parse(line) as HarmDone);
}
