import type { FleetMember, OtherProgram, Role } from '../processes/process-fleet.ts';

/** `npm run faults` compiles it. */
const program = new URL('../../dist/faults/processes/shifted-process.js', import.meta.url);

/** A process whose clock differs from ours by one shift, and by another one after each second jump. */
export function withShiftedClock(role: Role, shiftsMs: readonly [first: number, second: number]): OtherProgram {
  return { file: program, args: [role, ...shiftsMs.map(String)], mayEnd: false };
}

/** Its clock jumps from one shift to the other. */
export function jumpClock(member: Pick<FleetMember, 'signal'>): void {
  member.signal('SIGUSR2');
}

/** By how much it said its clock jumped, of those jumps that it still remembers, ms. */
export function clockJumpsMs(member: Pick<FleetMember, 'lastWords'>): number[] {
  return member
    .lastWords(1_000)
    .split('\n')
    .filter((line) => line.startsWith('{"clockJumpedMs"'))
    .map((line) => (JSON.parse(line) as { clockJumpedMs: number }).clockJumpedMs);
}
