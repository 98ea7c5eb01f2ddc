/**
 * A scorer or alerting worker that, once it was sent SIGUSR2, does itself harm when it passes a chosen point of the protocol for
 * the n-th time: it ends itself with SIGKILL, or blocks its event loop. Built by the functions of `gaitkeeper scorer` and
 * `gaitkeeper alerting`; it exists for proofs alone, the product has no such switch.
 * Arguments: scorer or alerting, the point, n, and for how many ms to block (0: end). Its last line on standard error says what
 * it did, when, and which partitions it had.
 */
import { writeSync } from 'node:fs';
import { type AlertingConfig, alertingConfig } from '../../alerting/config.ts';
import { type AlertingMember, createAlertingProcess } from '../../alerting/process.ts';
import { configFrom } from '../../cli/config-options.ts';
import { runProcess, type Surroundings, stageBody, stagesBody } from '../../cli/run-process.ts';
import { standalone } from '../../cli/standalone.ts';
import { type StagePoint, stagePoints } from '../../platform/stage/partition-work.ts';
import type { KeyedStageRunner } from '../../platform/stage/run-keyed-stage.ts';
import { scorerConfig } from '../../scorer/config.ts';
import { createScorerProcess } from '../../scorer/process.ts';

const standardErrorFd = 2;
const [role, point] = [process.argv[2], process.argv[3] as StagePoint];
const [passings, blockMs] = [Number(process.argv[4]), Number(process.argv[5])];
if (!stagePoints.includes(point) || !(passings >= 1) || !(blockMs >= 0)) {
  const points = stagePoints.join(', ');
  throw new RangeError(`give a role, one of ${points}, a number from 1 and one from 0, not ${process.argv.slice(2)}`);
}

let left = passings;
let armed = false;
process.on('SIGUSR2', () => {
  armed = true;
});

function block(): void {
  const untilMs = Date.now() + blockMs;
  while (Date.now() < untilMs);
}

/** A runner that harms itself. */
function harmed(create: (onPoint: (reached: StagePoint) => void) => KeyedStageRunner): KeyedStageRunner {
  const runner = create((reached) => {
    if (!armed || reached !== point) return;
    left -= 1;
    if (left !== 0) return;
    const { assignedPartitions } = runner.health().consumption;
    const did = { harmedAt: point, atMs: Date.now(), assignedPartitions };
    writeSync(standardErrorFd, `${JSON.stringify(did)}\n`);
    if (blockMs === 0) process.kill(process.pid, 'SIGKILL');
    block();
  });
  return runner;
}

async function runScorer(): Promise<number> {
  const config = configFrom(standalone(scorerConfig), {}, process.env);
  return await runProcess('scorer', config, (around) =>
    stageBody('scorer', config, around, () => harmed((onPoint) => createScorerProcess(config, { ...around, onPoint }))),
  );
}

/** The harm is done in the stage of the incidents, whose work the others wait for. */
function harmedMembers(config: AlertingConfig, around: Surroundings): AlertingMember[] {
  let reachedBy: (reached: StagePoint) => void = () => undefined;
  const { members } = createAlertingProcess(config, {
    ...around,
    onPoint: (reached, stage) => {
      if (stage === 'incidents') reachedBy(reached);
    },
  });
  return members.map((member) => {
    if (member.stage !== 'incidents') return member;
    const createRunner = () =>
      harmed((onPoint) => {
        reachedBy = onPoint;
        return member.createRunner();
      });
    return { ...member, createRunner };
  });
}

async function runAlerting(): Promise<number> {
  const config = configFrom(standalone(alertingConfig), {}, process.env);
  return await runProcess('alerting', config, (around) => stagesBody(harmedMembers(config, around), config, around));
}

const roles: Readonly<Record<string, () => Promise<number>>> = { scorer: runScorer, alerting: runAlerting };
const run = roles[role ?? ''];
if (run === undefined) throw new RangeError(`give ${Object.keys(roles).join(' or ')}, not ${role}`);
process.exitCode = await run();
