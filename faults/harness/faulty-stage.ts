import type { StagePoint } from '../../platform/stage/partition-work.ts';
import type { FleetMember, ProcessFleet } from '../processes/process-fleet.ts';

/** `npm run faults` compiles it. */
const program = new URL('../../dist/faults/processes/faulty-stage.js', import.meta.url);

/** What a faulty worker is told to do. */
export interface Harm {
  role: 'scorer' | 'alerting';
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

/** A worker that works like any other until it is sent SIGUSR2. */
export function startFaultyStage(
  fleet: ProcessFleet,
  { role, point, passing, blockMs = 0 }: Harm,
): Promise<FleetMember> {
  const args = [role, point, String(passing), String(blockMs)];
  return fleet.start(role, {}, { file: program, args, mayEnd: blockMs === 0 });
}

/** `undefined` where nothing has happened yet. */
export function harmDone(member: Pick<FleetMember, 'lastWords'>): HarmDone | undefined {
  const line = member
    .lastWords(1_000)
    .split('\n')
    .findLast((text) => text.startsWith('{"harmedAt"'));
  return line === undefined ? undefined : (JSON.parse(line) as HarmDone);
}
