import { createWriteStream, existsSync, writeFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { finished } from 'node:stream/promises';
import type { Command } from 'commander';
import { datasetsDirectory, openRecordings } from '../../evaluation/recordings/open-recordings.ts';
import type { Recordings } from '../../evaluation/recordings/recordings.ts';
import { planReplay } from '../../evaluation/replay-plan.ts';
import { type ReplayReport, reportReplay } from '../../evaluation/replay-report.ts';
import { createWorkforce } from '../../evaluation/workforce/workforce.ts';
import { exitCodes } from '../../platform/exit-codes.ts';
import { createLogger } from '../../platform/log.ts';
import { Refusal, wholeNumber } from '../config-options.ts';
import { createProgress } from '../progress.ts';
import { startEmbeddedSystem } from '../trial/embedded-system.ts';
import { startProcessSystem } from '../trial/process-system.ts';
import { type PlanOutcome, runPlan } from '../trial/run-plan.ts';
import { trialIdentity } from '../trial/trial-identity.ts';

interface ReplayOptions {
  recordings?: string;
  real?: boolean;
  workers: number;
  seed: number;
  subjects?: number;
  verdicts?: string;
  json?: boolean;
  quiet?: boolean;
}

type Told = ReplayReport & {
  recordings: string;
  servers: string;
  workers: number;
  seed: number;
  trainingBackend: string;
  seconds: number;
};

/** `gaitkeeper replay`: recorded behaviour through the whole system, and what came of it. */
export function addReplayCommand(program: Command): void {
  program
    .command('replay')
    .summary('recorded behaviour through the whole system, and how many impostors were caught')
    .description(
      "Starts from nothing: sends every subject's first sessions through the gateway, trains, sends the later sessions, in which another person takes over half-way at a seeded half of the desks (or which are labelled), and reports what the topics hold.",
    )
    .option('--recordings <folder>', 'a folder of recordings; without it a synthetic workforce is replayed')
    .option(
      '--real',
      'separate processes on Apache Kafka and Redis: those of GAITKEEPER_KAFKA_BROKERS and GAITKEEPER_REDIS_URL, else local ones started for it',
    )
    .option('--workers <number>', 'scorer workers that share the partitions', wholeNumber(1), 1)
    .option('--seed <number>', 'decides who is swapped for whom, and the training', wholeNumber(0), 1)
    .option('--subjects <number>', 'only the first so many subjects', wholeNumber(2))
    .option(
      '--verdicts <file>',
      'also write (subject, session, sequence, decision, risk) of every verdict, one JSON a line',
    )
    .option('--json', 'print the report as JSON')
    .option('--quiet', 'no progress')
    .addHelpText(
      'after',
      '\nExamples:\n  gaitkeeper replay --json\n  gaitkeeper replay --recordings ../shared/datasets/villani-freetext\n  gaitkeeper replay --recordings ../shared/datasets/villani-freetext --real --workers 2 --json',
    )
    .action(async (options: ReplayOptions) => {
      if (options.verdicts !== undefined) refuseUnwritable(options.verdicts);
      if (options.workers > mostWorkers) {
        throw new Refusal(
          `--workers ${options.workers}: there are ${mostWorkers} partitions\n  fix: at most ${mostWorkers}`,
          exitCodes.usage,
        );
      }
      const recordings = await openedRecordings(options.recordings);
      const progress = createProgress({ stream: process.stderr, quiet: options.quiet === true });
      const { seed, workers } = options;
      const plan = await planReplay(recordings, {
        seed,
        ...(options.subjects === undefined ? {} : { maxSubjects: options.subjects }),
      });
      if (plan.subjects.length === 0)
        throw new Refusal(
          'the recordings hold no subject with sessions to enrol and sessions to judge',
          exitCodes.usage,
        );
      const identity = trialIdentity(seed);
      const log = createLogger({ name: 'replay', level: 'error', format: 'auto' });
      progress.begin(options.real === true ? 'starting servers and processes' : 'starting', 0);
      const system =
        options.real === true
          ? await startProcessSystem({ identity, workers, seed, log, env: process.env })
          : await startEmbeddedSystem({ identity, workers, seed, log });
      progress.end();
      try {
        const outcome = await runPlan({ plan, system, identity, progress });
        if (options.verdicts !== undefined) await writeVerdicts(options.verdicts, outcome);
        const report = reportReplay(plan, outcome);
        const told: Told = {
          ...report,
          recordings: plan.recordings,
          servers: system.servers,
          workers,
          seed,
          trainingBackend: outcome.training.backend,
          seconds: Math.round(outcome.seconds * 10) / 10,
        };
        process.stdout.write(options.json === true ? `${JSON.stringify(told)}\n` : inWords(told, recordings));
      } finally {
        await system.stop();
      }
    });
}

/** A worker without a partition has nothing to do; `deploy/topics.yaml` has as many for the behaviour topic. */
const mostWorkers = 24;

function refuseUnwritable(path: string): void {
  try {
    writeFileSync(path, '');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Refusal(
      `--verdicts cannot be written: ${why}\n  fix: name a file in a folder that exists`,
      exitCodes.usage,
    );
  }
}

/** Recordings in a folder, or the synthetic workforce. @throws Refusal with the fix where there are none */
export async function openedRecordings(folder: string | undefined): Promise<Recordings> {
  if (folder === undefined) return createWorkforce();
  const datasets = datasetsDirectory();
  // The name of a set alone is enough where the folder above all sets is known.
  const named = isAbsolute(folder) || existsSync(folder) || datasets === undefined ? folder : join(datasets, folder);
  const opened = await openRecordings(named);
  if (!opened.ok) throw new Refusal(opened.detail, exitCodes.usage);
  return opened.value;
}

async function writeVerdicts(path: string, { verdicts }: PlanOutcome): Promise<void> {
  const file = createWriteStream(path);
  const sorted = [...verdicts].sort((a, b) =>
    a.subject < b.subject ? -1 : a.subject > b.subject ? 1 : a.sequence - b.sequence,
  );
  for (const { subject, session, sequence, decision, risk } of sorted) {
    file.write(`${JSON.stringify({ subject, session, sequence, decision, risk })}\n`);
  }
  file.end();
  await finished(file);
}

function inWords(told: Told, recordings: Recordings): string {
  const share = (value: number | null) => (value === null ? 'none' : `${Math.round(value * 1000) / 10} %`);
  const lines = [
    `recordings        ${told.recordings} (${recordings.licenceNote})`,
    `servers           ${told.servers}, ${told.workers} scorer worker${told.workers === 1 ? '' : 's'}`,
    `users             ${told.users}`,
    `batches           ${told.batches}, verdicts ${told.verdicts}, dead letters ${told.deadLetters}`,
    `impostors         ${told.impostorsDetected} of ${told.impostors} detected (${share(told.detectedShare)})`,
    ...(told.medianKeysToDetect === null ? [] : [`median keys       ${told.medianKeysToDetect} typed until the alert`]),
    ...(told.medianStrokesToDetect === null ? [] : [`median strokes    ${told.medianStrokesToDetect} until the alert`]),
    `false alerts      ${told.falseAlerts}${told.falseAlertsPer10kKeys === null ? '' : `, ${told.falseAlertsPer10kKeys.toFixed(2)} per 10,000 genuine keys`}${told.falseAlertsPer1kStrokes === null ? '' : `, ${told.falseAlertsPer1kStrokes.toFixed(2)} per 1,000 genuine strokes`}`,
    ...(told.auc === null
      ? []
      : [
          `AUC               ${told.auc.toFixed(3)} over the labelled sessions by mean reconstruction error, ${told.labelled?.aucBy.meanRisk.toFixed(3)} by risk`,
        ]),
    `alerts            ${told.alerts}`,
    `seconds           ${told.seconds}`,
  ];
  return `${lines.join('\n')}\n`;
}
