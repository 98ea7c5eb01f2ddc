import { setTimeout as delay } from 'node:timers/promises';
import type { FaultRun, StartedGateway } from '../harness/fault-run.ts';
import { beforeMs, steadyPerSecond } from './load-rates.ts';

/** Two scorers and a gateway under a steady load; resolves when batches of it have been judged for a while. */
export async function judgedThroughGateway(run: FaultRun): Promise<StartedGateway> {
  await run.startScorers(2);
  const started = await run.startGateway();
  started.load.start(steadyPerSecond);
  await delay(beforeMs);
  await run.until('verdicts flow', () => run.watch.records() > 0);
  return started;
}
