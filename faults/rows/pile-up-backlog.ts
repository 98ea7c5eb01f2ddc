import type { FaultRun } from '../harness/fault-run.ts';
import { burstBatches } from './load-rates.ts';

/** A burst, so that a fault meets work in hand. Resolves with how many of its batches wait in these partitions, or in all. */
export async function pileUpBacklog(run: FaultRun, partitions?: ReadonlySet<number>): Promise<number> {
  const before = run.acked.all().length;
  run.load.burst(burstBatches);
  await run.until('a backlog', () => run.acked.all().length > before && run.waiting(partitions) > 0);
  return run.waiting(partitions);
}
