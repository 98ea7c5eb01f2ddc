/**
 * A scorer that, once it was sent SIGUSR2, ends itself with SIGKILL when it passes a chosen point of the protocol for the
 * n-th time. Built by the functions of `gaitkeeper scorer`; it exists for proofs alone, the product has no such switch.
 * Arguments: the point, and n. Its last line on standard error says when it died and which partitions it had.
 */
import { writeSync } from 'node:fs';
import { configFrom } from '../../cli/config-options.ts';
import { runProcess, stageBody } from '../../cli/run-process.ts';
import { standalone } from '../../cli/standalone.ts';
import { type StagePoint, stagePoints } from '../../platform/stage/partition-work.ts';
import { scorerConfig } from '../../scorer/config.ts';
import { createScorerProcess } from '../../scorer/process.ts';

const standardErrorFd = 2;
const [point, passings] = [process.argv[2] as StagePoint, Number(process.argv[3])];
if (!stagePoints.includes(point) || !(passings >= 1)) {
  throw new RangeError(`give one of ${stagePoints.join(', ')} and a number from 1, not ${process.argv.slice(2)}`);
}

const config = configFrom(standalone(scorerConfig), {}, process.env);
let left = passings;
let armed = false;
process.on('SIGUSR2', () => {
  armed = true;
});
process.exitCode = await runProcess('scorer', config, (around) => {
  const runner = createScorerProcess(config, {
    ...around,
    onPoint(reached) {
      if (!armed || reached !== point) return;
      left -= 1;
      if (left > 0) return;
      const { assignedPartitions } = runner.health().consumption;
      writeSync(standardErrorFd, `${JSON.stringify({ diedAt: point, atMs: Date.now(), assignedPartitions })}\n`);
      process.kill(process.pid, 'SIGKILL');
    },
  });
  return stageBody('scorer', runner);
});
