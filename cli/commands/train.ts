import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import type { Template } from '../../detection/words/template.ts';
import { openRecordings } from '../../evaluation/recordings/open-recordings.ts';
import { planReplay } from '../../evaluation/replay-plan.ts';
import { trainingRowsOf } from '../../evaluation/training-rows.ts';
import { systemClock } from '../../platform/clock.ts';
import { exitCodes } from '../../platform/exit-codes.ts';
import { createLogger } from '../../platform/log.ts';
import { createTemplateActivationCodec } from '../../schemas/template-activation.ts';
import { topicNames } from '../../schemas/topic-names.ts';
import { createTemplateChangelog } from '../../templates/template-changelog.ts';
import { encodeTemplate } from '../../templates/template-format.ts';
import { createTemplateStore, type TemplateStore } from '../../templates/template-store.ts';
import { type TrainingConfig, trainingConfig } from '../../training/config.ts';
import { publishTemplates } from '../../training/publish.ts';
import { type RetrainReport, retrain } from '../../training/retrain.ts';
import { createTrainer } from '../../training/trainer.ts';
import { addConfigOptions, configFrom, Refusal } from '../config-options.ts';
import { type Connections, connect } from '../connections.ts';
import { createProgress, type Progress, trainingStep } from '../progress.ts';
import { pseudonymiserFrom } from '../pseudonym-key-file.ts';
import { standalone } from '../standalone.ts';

interface TrainOptions extends Record<string, unknown> {
  recordings?: string;
  output?: string;
  pseudonymKeyFile?: string;
  pseudonymEpoch: string;
  json?: boolean;
  quiet?: boolean;
}

type Report = Omit<RetrainReport, 'templates'> & { written: string[]; published: number };

/** `gaitkeeper train`: templates from verdict history, or from recordings. */
export function addTrainCommand(program: Command): void {
  addConfigOptions(program.command('train'), trainingConfig)
    .summary('build templates from verdict history or recordings, and activate them')
    .description(
      'Reads the genuine windows of every subject from the verdict topic, fits one template each and one for the cohort, stores them and activates them in the behaviour topic. Running scorers pick them up.',
    )
    .option(
      '--recordings <folder>',
      'fit to recordings instead of verdict history; needs --output, or --pseudonym-key-file to publish',
    )
    .option('--output <folder>', 'also write each template file (safetensors layout) here')
    .option(
      '--pseudonym-key-file <file>',
      'with --recordings: publish under the pseudonyms that the gateway with this key gives',
    )
    .option('--pseudonym-epoch <epoch>', "with --pseudonym-key-file: the gateway's ingestPseudonymEpoch", '1')
    .option('--json', 'print the report as JSON')
    .option('--quiet', 'no progress')
    .addHelpText(
      'after',
      '\nExamples:\n  gaitkeeper train --kafka-brokers kafka:9092 --redis-url redis://redis:6379\n  gaitkeeper train --recordings ../shared/datasets/villani-freetext --output templates.d --json',
    )
    .action(async (options: TrainOptions) => {
      // Recordings that are published nowhere need no servers.
      const isOffline = options.recordings !== undefined && options.pseudonymKeyFile === undefined;
      const config = configFrom(isOffline ? trainingConfig : standalone(trainingConfig), options, process.env);
      if (options.output !== undefined) prepareFolder(options.output);
      const progress = createProgress({ stream: process.stderr, quiet: options.quiet === true });
      const { report, templates } =
        options.recordings === undefined
          ? await fromHistory(config, progress)
          : await fromRecordings(config, options, options.recordings, progress);
      const written = options.output === undefined ? [] : writeTemplates(options.output, templates);
      process.stdout.write(
        options.json === true ? `${JSON.stringify({ ...report, written })}\n` : inWords({ ...report, written }),
      );
    });
}

interface Trained {
  report: Omit<Report, 'written'>;
  templates: Template[];
}

async function fromHistory(config: TrainingConfig, progress: Progress): Promise<Trained> {
  return await connected(config, async (connections) => {
    let step = '';
    const trained = await retrain(
      { broker: connections.broker, store: templateStoreOf(connections, config), clock: systemClock },
      {
        tenant: config.tenant,
        topics: topicNames(config.topicPrefix),
        contract: config,
        seed: config.trainingSeed,
        backend: config.trainingBackend,
        onProgress(told) {
          const { total, done, words } = stepOf(told);
          if (told.step !== step) progress.begin(words, total);
          step = told.step;
          progress.advance(done);
        },
      },
    );
    progress.end();
    if (!trained.ok)
      throw new Refusal(`the templates could not be activated: ${trained.detail}`, exitCodes.configuration);
    const { templates, ...report } = trained.report;
    return { report: { ...report, published: templates.length }, templates };
  });
}

function stepOf(told: Parameters<NonNullable<Parameters<typeof retrain>[1]['onProgress']>>[0]) {
  switch (told.step) {
    case 'reading':
      return { words: 'reading verdicts', done: told.verdicts, total: 0 };
    case 'training':
      return { words: trainingStep, done: told.doneModels, total: told.totalModels };
    case 'publishing':
      return { words: 'publishing', done: told.published, total: told.total };
  }
}

async function fromRecordings(
  config: TrainingConfig,
  options: TrainOptions,
  folder: string,
  progress: Progress,
): Promise<Trained> {
  const opened = await openRecordings(folder);
  if (!opened.ok) throw new Refusal(opened.detail, exitCodes.usage);
  if (options.output === undefined && options.pseudonymKeyFile === undefined) {
    throw new Refusal(
      'nothing would come of it\n  fix: give --output to write the templates, or --pseudonym-key-file to publish them',
      exitCodes.usage,
    );
  }
  const plan = await planReplay(opened.value, { impostorShare: 0 });
  const pseudonymise = pseudonymiserFrom(config.tenant, options);
  const subjects = plan.subjects.map((subject) => {
    const rows = trainingRowsOf(subject, config.tenant);
    return { ...rows, subject: pseudonymise === undefined ? rows.subject : pseudonymise('subject', rows.subject) };
  });
  let begun = false;
  const outcome = await createTrainer({ clock: systemClock }).train({
    tenant: config.tenant,
    subjects,
    contract: config,
    seed: config.trainingSeed,
    backend: config.trainingBackend,
    trainedAtMs: systemClock.nowMs(),
    onProgress({ doneModels, totalModels }) {
      if (!begun) progress.begin(trainingStep, totalModels);
      begun = true;
      progress.advance(doneModels);
    },
  });
  progress.end();
  const templates = outcome.cohort === undefined ? outcome.templates : [...outcome.templates, outcome.cohort];
  const published = pseudonymise === undefined ? 0 : await publish(config, templates);
  return {
    templates,
    report: {
      tenant: config.tenant,
      verdicts: 0,
      rows: subjects.reduce((sum, { rows }) => sum + (rows.keystrokes?.length ?? 0) + (rows.pointer?.length ?? 0), 0),
      omitted: { undecodable: 0, duplicate: 0, flagged: 0, undecided: 0, 'other-catalogue': 0, older: 0 },
      subjects: subjects.length,
      enrolled: outcome.templates.length,
      refused: outcome.refused,
      cohort: outcome.cohort !== undefined,
      backend: outcome.backend,
      why: outcome.why,
      trainingMs: outcome.elapsedMs,
      published,
    },
  };
}

async function publish(config: TrainingConfig, templates: readonly Template[]): Promise<number> {
  return await connected(config, async (connections) => {
    const { broker } = connections;
    const outcome = await publishTemplates(templates, {
      store: templateStoreOf(connections, config),
      broker,
      codec: createTemplateActivationCodec(),
      behaviourTopic: topicNames(config.topicPrefix).behaviour,
      activatedAtMs: systemClock.nowMs(),
      by: 'gaitkeeper train --recordings',
    });
    if (!outcome.ok)
      throw new Refusal(`the templates could not be activated: ${outcome.detail}`, exitCodes.configuration);
    return outcome.published;
  });
}

function templateStoreOf({ broker, values }: Connections, { topicPrefix }: TrainingConfig): TemplateStore {
  const changelog = createTemplateChangelog({ broker, topic: topicNames(topicPrefix).templates });
  return createTemplateStore({ values, changelog });
}

async function connected<Result>(
  config: TrainingConfig,
  use: (connections: Connections) => Promise<Result>,
): Promise<Result> {
  const log = createLogger({
    name: 'train',
    level: config.logLevel === 'info' ? 'warn' : config.logLevel,
    format: config.logFormat,
  });
  const connections = connect(config, log);
  try {
    for (const part of connections.parts) await part.start();
    return await use(connections);
  } finally {
    for (const part of connections.parts.toReversed()) await part.stop();
  }
}

/** Before the work, so that an hour of training is not lost to a folder that cannot be written. */
function prepareFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Refusal(`--output cannot be written: ${why}\n  fix: name a folder that may be made`, exitCodes.usage);
  }
}

function writeTemplates(folder: string, templates: readonly Template[]): string[] {
  return templates.map((template) => {
    const path = join(folder, `${template.kind === 'cohort' ? 'cohort' : template.subject}.safetensors`);
    writeFileSync(path, encodeTemplate(template));
    return path;
  });
}

function inWords({
  enrolled,
  subjects,
  rows,
  refused,
  cohort,
  backend,
  why,
  trainingMs,
  published,
  written,
}: Report): string {
  const lines = [
    `${enrolled} of ${subjects} subjects enrolled from ${rows} windows in ${(trainingMs / 1000).toFixed(1)} s on ${backend} (${why})`,
    `cohort template: ${cohort ? 'yes' : 'no, too few subjects'}; ${published} templates activated, ${written.length} files written`,
    ...countByReason(refused).map(([reason, count]) => `not enrolled, ${reason}: ${count}`),
  ];
  return `${lines.join('\n')}\n`;
}

function countByReason(refused: RetrainReport['refused']): [string, number][] {
  const counts = new Map<string, number>();
  for (const { reason, modality } of refused)
    counts.set(`${modality}: ${reason}`, (counts.get(`${modality}: ${reason}`) ?? 0) + 1);
  return [...counts];
}
