import type { Command } from 'commander';
import pc from 'picocolors';
import { batchesOf, type PlannedSwap, planReplay, type ReplayPlan } from '../../evaluation/replay-plan.ts';
import { reportReplay, type SwapReport } from '../../evaluation/replay-report.ts';
import { exitCodes } from '../../platform/exit-codes.ts';
import { createLogger } from '../../platform/log.ts';
import { Refusal, wholeNumber } from '../config-options.ts';
import { createProgress } from '../progress.ts';
import { startEmbeddedSystem } from '../trial/embedded-system.ts';
import { type PlanOutcome, runPlan, type TrialAlert } from '../trial/run-plan.ts';
import { trialIdentity } from '../trial/trial-identity.ts';
import { openedRecordings } from './replay.ts';

interface DemoOptions {
  recordings?: string;
  seed: number;
  subjects: number;
  json?: boolean;
}

/** `gaitkeeper demo`: what gaitkeeper does, in a minute, with no server. */
export function addDemoCommand(program: Command): void {
  program
    .command('demo')
    .summary('what gaitkeeper does, in a minute, with no server')
    .description(
      'Runs everything in this process: a workforce types and points, templates are enrolled, an impostor sits down at one desk and an injector is plugged in at another.',
    )
    .option('--recordings <folder>', 'real recordings instead of the synthetic workforce')
    .option('--subjects <number>', 'how many people at most', wholeNumber(3), 12)
    .option('--seed <number>', 'other people, another day', wholeNumber(0), 2)
    .option('--json', 'print the result as JSON and nothing else')
    .addHelpText(
      'after',
      '\nExamples:\n  gaitkeeper demo\n  gaitkeeper demo --recordings ../shared/datasets/villani-freetext --json',
    )
    .action(async (options: DemoOptions) => {
      const recordings = await openedRecordings(options.recordings);
      if (recordings.labelled) {
        throw new Refusal(
          'the demo plants an impostor and an injector, and these recordings have impostors of their own\n  fix: gaitkeeper replay --recordings …',
          exitCodes.usage,
        );
      }
      const synthetic = recordings.name === 'synthetic';
      const say = options.json === true ? () => {} : (line: string) => process.stdout.write(`${line}\n`);
      say(pc.bold('gaitkeeper demo: is it still you at the keyboard?'));
      say(
        synthetic
          ? 'The people below are synthetic: made up from a seed. What is measured here says nothing about real people.'
          : `Real recordings: ${recordings.licenceNote}`,
      );
      const oneOf = 1 / options.subjects;
      const plan = await planReplay(recordings, {
        seed: options.seed,
        maxSubjects: options.subjects,
        // A little above, so that rounding down leaves one desk each.
        impostorShare: oneOf * 1.01,
        injectorShare: oneOf * 1.01,
      });
      const identity = trialIdentity(options.seed);
      const log = createLogger({ name: 'demo', level: 'error', format: 'auto' });
      const system = await startEmbeddedSystem({ identity, workers: 1, seed: options.seed, log });
      try {
        const outcome = await runPlan({
          plan,
          system,
          identity,
          progress: createProgress({ stream: process.stderr, quiet: options.json === true }),
        });
        const report = reportReplay(plan, outcome);
        if (options.json === true) {
          const caught = ({ detected, medianKeysToDetect, medianStrokesToDetect }: SwapReport) => ({
            detected: detected > 0,
            keys: medianKeysToDetect,
            strokes: medianStrokesToDetect,
          });
          const impostor = {
            detected: report.impostorsDetected,
            medianKeysToDetect: report.medianKeysToDetect,
            medianStrokesToDetect: report.medianStrokesToDetect,
          };
          const { falseAlerts, alerts } = report;
          const result = {
            synthetic,
            impostor: caught({ ...report.injector, ...impostor }),
            // Recordings of pointers leave nothing to inject keys into.
            injector: report.injector.swaps === 0 ? null : caught(report.injector),
            falseAlerts,
            alerts,
            seconds: Math.round(outcome.seconds * 10) / 10,
          };
          process.stdout.write(`${JSON.stringify(result)}\n`);
        } else tell(plan, outcome, report.falseAlerts, say);
      } finally {
        await system.stop();
      }
    });
}

function tell(plan: ReplayPlan, outcome: PlanOutcome, falseAlerts: number, say: (line: string) => void): void {
  const nameOf = new Map(plan.subjects.map(({ id }, index) => [id, `worker ${index + 1}`]));
  say(
    `\n${plan.subjects.length} people at work, ${outcome.training.enrolled} enrolled on ${outcome.training.backend}, ${outcome.verdicts.length} batches judged in ${outcome.seconds.toFixed(1)} s.\n`,
  );
  for (const swap of plan.swaps) tellSwap(plan, outcome, swap, nameOf.get(swap.subject) ?? 'somebody', say);
  say(`False alerts at the other desks: ${falseAlerts}.`);
  const example =
    outcome.alerts.find(({ subject }) =>
      plan.swaps.some((swap) => swap.subject === subject && swap.origin === 'impostor'),
    ) ?? outcome.alerts[0];
  if (example !== undefined) {
    say(`\nWhat the SIEM received on the alert topic (${outcome.alerts.length} in all); one of them:`);
    say(JSON.stringify(example.document, null, 2));
  }
  say(`\n${pc.bold('Try next')}
  npx gaitkeeper demo --seed 1                     other people: a stranger so alike that nobody notices
  npx gaitkeeper replay --json                     half of the desks taken over; how many are caught?
  npx gaitkeeper replay --recordings DIR --real    real recordings, Apache Kafka and Redis, separate processes
  npx gaitkeeper --help                            gateway, scorer, alerting, training, topics`);
}

function tellSwap(
  plan: ReplayPlan,
  outcome: PlanOutcome,
  swap: PlannedSwap,
  name: string,
  say: (line: string) => void,
): void {
  const who = swap.origin === 'injector' ? 'a USB injector was plugged in' : 'another person sat down';
  const alert = outcome.alerts.find((each) => each.subject === swap.subject && within(each, swap));
  if (alert === undefined) {
    say(`${pc.yellow('missed')}  ${name}: ${who}, and no alert was raised.\n`);
    return;
  }
  const verdict = outcome.verdicts.find(
    ({ subject, sequence }) => subject === swap.subject && sequence === alert.sequence,
  );
  const subject = plan.subjects.find(({ id }) => id === swap.subject);
  const foreign =
    subject === undefined
      ? []
      : batchesOf(subject).filter(({ sequence }) => sequence >= swap.fromSequence && sequence <= alert.sequence);
  const keys = foreign.reduce((sum, { content }) => sum + content.keystrokes.length, 0);
  const strokes = foreign.reduce((sum, { content }) => sum + content.pointer.length, 0);
  say(
    `${pc.red('caught')}  ${name}: ${who}; alert after ${keys} keys and ${strokes} strokes (risk ${verdict?.risk.toFixed(0) ?? '?'}).`,
  );
  for (const line of alert.reason.split('; ')) say(`        ${line}`);
  say('');
}

function within({ sequence }: TrialAlert, { fromSequence, toSequence }: PlannedSwap): boolean {
  return sequence >= fromSequence && sequence <= toSequence;
}
