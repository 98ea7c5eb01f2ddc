import type { Command } from 'commander';
import pc from 'picocolors';
import type { Contribution, Verdict } from '../../detection/words/verdict.ts';
import { batchesOf, type PlannedSwap, planReplay, type ReplayPlan } from '../../evaluation/replay-plan.ts';
import { reportReplay, type SwapReport } from '../../evaluation/replay-report.ts';
import { createLogger } from '../../platform/log.ts';
import { wholeNumber } from '../config-options.ts';
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
    .option('--seed <number>', 'other people, another day', wholeNumber(0), 1)
    .option('--json', 'print the result as JSON and nothing else')
    .addHelpText(
      'after',
      '\nExamples:\n  gaitkeeper demo\n  gaitkeeper demo --recordings ../shared/datasets/villani-freetext --json',
    )
    .action(async (options: DemoOptions) => {
      const recordings = await openedRecordings(options.recordings);
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
            injector: caught(report.injector),
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
  const [example] = outcome.alerts;
  if (example !== undefined) {
    say(`\nWhat the SIEM received on the alert topic (${outcome.alerts.length} in all); the first one:`);
    say(JSON.stringify(example.document, null, 2));
  }
  say(`\n${pc.bold('Try next')}
  npx gaitkeeper demo --seed 2                     other people, another day
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
  for (const line of why(verdict)) say(`        ${line}`);
  say('');
}

function within({ sequence }: TrialAlert, { fromSequence, toSequence }: PlannedSwap): boolean {
  return sequence >= fromSequence && sequence <= toSequence;
}

function why(verdict: Verdict | undefined): string[] {
  const wanted = verdict?.decision === 'machine' ? ['cadence'] : ['keystrokes', 'pointer'];
  return (verdict?.modalities ?? [])
    .filter(({ modality }) => wanted.includes(modality))
    .flatMap(({ contributions }) => contributions)
    .sort((a, b) => b.share - a.share)
    .slice(0, 4)
    .map(
      ({ feature, observed, typical, unit, direction }: Contribution) =>
        `${feature}: ${shown(observed)} ${unit}, typically ${shown(typical)} ${unit} (${direction})`,
    );
}

function shown(value: number): string {
  return Math.abs(value) >= 10 ? value.toFixed(0) : value.toFixed(2);
}
