/**
 * A scorer that, once it was sent SIGUSR2, does itself harm when it passes a chosen point of the protocol for the n-th time:
 * it ends itself with SIGKILL, or blocks its event loop. Built by the functions of `gaitkeeper scorer`; it exists for proofs
 * alone, the product has no such switch.
 * Arguments: the point, n, and for how many ms to block (0: end). Its last line on standard error says what it did, when,
 * and which partitions it had.
 */
import { writeSync } from 'node:fs';
import { configFrom } from '../../cli/config-options.ts';
import { runProcess, stageBody } from '../../cli/run-process.ts';
import { standalone } from '../../cli/standalone.ts';
import { type StagePoint, stagePoints } from '../../platform/stage/partition-work.ts';
import type { KeyedStageRunner } from '../../platform/stage/run-keyed-stage.ts';
import { scorerConfig } from '../../scorer/config.ts';
import { createScorerProcess } from '../../scorer/process.ts';

const standardErrorFd = 2;
const [point, passings, blockMs] = [process.argv[2] as StagePoint, Number(process.argv[3]), Number(process.argv[4])];
if (!stagePoints.includes(point) || !(passings >= 1) || !(blockMs >= 0)) {
  const points = stagePoints.join(', ');
  throw new RangeError(`give one of ${points}, a number from 1 and one from 0, not ${process.argv.slice(2)}`);
}

const config = configFrom(standalone(scorerConfig), {}, process.env);
let left = passings;
let armed = false;
process.on('SIGUSR2', () => {
  armed = true;
});

function block(): void {
  const untilMs = Date.now() + blockMs;
  while (Date.now() < untilMs);
}

process.exitCode = await runProcess('scorer', config, (around) => {
  const createRunner = (): KeyedStageRunner => {
    const runner = createScorerProcess(config, {
      ...around,
      onPoint(reached) {
        if (!armed || reached !== point) return;
        left -= 1;
        if (left !== 0) return;
        const { assignedPartitions } = runner.health().consumption;
        const did = { harmedAt: point, atMs: Date.now(), assignedPartitions };
        writeSync(standardErrorFd, `${JSON.stringify(did)}\n`);
        if (blockMs === 0) process.kill(process.pid, 'SIGKILL');
        block();
      },
    });
    return runner;
  };
  return stageBody('scorer', config, around, createRunner);
});
