import type { Command } from 'commander';
import { type Broker, BrokerUnavailable } from '../../platform/broker/broker.ts';
import { systemClock } from '../../platform/clock.ts';
import { defineConfig } from '../../platform/config/define-config.ts';
import { kafkaRules, kafkaSettings, redisSettings } from '../../platform/config/shared-settings.ts';
import { exitCodes } from '../../platform/exit-codes.ts';
import { createLogger, type Logger } from '../../platform/log.ts';
import { createMetrics } from '../../platform/metrics.ts';
import type { KeyValueStore } from '../../platform/store/key-value-store.ts';
import { type TopicNames, topicNames } from '../../schemas/topic-names.ts';
import { createScorerMetrics } from '../../scorer/scorer-metrics.ts';
import { createScorerStage } from '../../scorer/scorer-stage.ts';
import { createTemplateCache } from '../../templates/template-cache.ts';
import { createTemplateReader } from '../../templates/template-reader.ts';
import { addConfigOptions, configFrom, Refusal } from '../config-options.ts';
import { connect } from '../connections.ts';
import { createProgress, type Progress } from '../progress.ts';
import { readLiveVerdicts } from '../rescore/live-verdicts.ts';
import { type RescoreReport, rescore } from '../rescore/rescore.ts';
import { partitionOf, type RescoreWindow, windowEnd, windowProblem } from '../rescore/rescore-window.ts';
import { createShadowTopic } from '../rescore/shadow-topic.ts';
import { standalone } from '../standalone.ts';

const rescoreConfig = standalone(defineConfig('rescore', { ...kafkaSettings, ...redisSettings }, kafkaRules));

/** What is rescored, and where the verdicts go. */
interface RescoreOptions extends RescoreWindow {
  into?: string;
  template?: string;
}

type Told = RescoreReport & { into: string | null; template: string | null; seconds: number };

/** `gaitkeeper rescore`: what this version would have said of the kept behaviour. */
export function addRescoreCommand(program: Command): void {
  addConfigOptions(program.command('rescore'), rescoreConfig)
    .summary('what this version would have said of past behaviour, beside what was said')
    .description(
      'Judges the kept behaviour once more, with the scorer of this version and states of its own in memory, and compares with the verdicts that were given. Reads the live topics and templates, through groups named gaitkeeper.read.… that commit nothing; writes none of them, no state, and nothing to Redis.',
    )
    .option(
      '--from <end>',
      'first batch: a time, 2h for two hours ago, or partition/offset; else the oldest',
      windowEnd,
    )
    .option('--to <end>', 'up to and without this one; else the newest', windowEnd)
    .option('--into <topic>', 'also write the new verdicts to this topic, which is created, or is empty')
    .option('--template <version>', 'judge with this template instead of the one that its subject, or cohort, had')
    .option('--json', 'print the comparison as JSON')
    .option('--quiet', 'no progress')
    .addHelpText(
      'after',
      `
The states grow from the oldest batch that the topic keeps (72 h by default), so let --from be a day or more behind it:
earlier verdicts differ for want of what was known then. Templates that were activated before are taken from the live
verdicts; an objection or accommodation from before is not known. Whole subjects fit into memory up to 200,000; beyond,
go partition by partition.

Examples:
  gaitkeeper rescore --from 24h --json --kafka-brokers kafka:9092 --redis-url redis://redis:6379
  gaitkeeper rescore --from 2026-11-20T08:00:00Z --to 2026-11-20T18:00:00Z --into gaitkeeper.verdicts-shadow.v1
  gaitkeeper rescore --from 3/0 --to 3/50000 --template 9f2c…`,
    )
    .action(async (options: Record<string, unknown> & RescoreOptions & { json?: boolean; quiet?: boolean }) => {
      const problem = windowProblem(options);
      if (problem !== undefined) throw new Refusal(`${problem}\n  fix: --from is the earlier one`, exitCodes.usage);
      const config = configFrom(rescoreConfig, options, process.env);
      const log = createLogger({ name: 'rescore', level: 'warn', format: 'auto' });
      const progress = createProgress({ stream: process.stderr, quiet: options.quiet === true });
      const { parts, broker, values } = connect(config, log);
      const begun: typeof parts = [];
      try {
        for (const part of parts) {
          begun.push(part);
          await part.start();
        }
        const told = await run({ broker, values, topics: topicNames(config.topicPrefix), log, progress }, options);
        process.stdout.write(options.json === true ? `${JSON.stringify(told)}\n` : inWords(told));
      } finally {
        for (const part of begun.reverse()) await part.stop();
      }
    });
}

interface Around {
  broker: Broker;
  values: KeyValueStore;
  topics: TopicNames;
  log: Logger;
  progress: Progress;
}

async function run({ broker, values, topics, log, progress }: Around, options: RescoreOptions): Promise<Told> {
  const begunAtMs = performance.now();
  const { into, template } = options;
  const window: RescoreWindow = {
    ...(options.from === undefined ? {} : { from: options.from }),
    ...(options.to === undefined ? {} : { to: options.to }),
  };
  const store = createTemplateReader({ values, broker, topic: topics.templates });
  const override = template === undefined ? undefined : await store.get(template);
  if (override?.ok === false) {
    const fix =
      'fix: `gaitkeeper tail verdicts` shows the versions in use; the store keeps the last few of each subject';
    throw new Refusal(`template ${template} cannot be used: ${override.reason}\n  ${fix}`, exitCodes.usage);
  }
  if (into !== undefined) await createShadowTopic(broker, topics, into);
  const stage = createScorerStage({
    topics: { ...topics, verdicts: into ?? topics.verdicts },
    group: 'none',
    templates: createTemplateCache({ store }),
    metrics: createScorerMetrics(createMetrics()),
    log,
  });
  const follow = async (step: string, topic: string) => {
    const held = (await broker.offsets(topic)).reduce((sum, { low, high }) => sum + high - low, 0);
    progress.begin(step, held);
    return (records: number) => progress.advance(records);
  };
  try {
    const onVerdict = await follow('reading live verdicts', topics.verdicts);
    const live = await readLiveVerdicts({ broker, topics, partition: partitionOf(window), onRead: onVerdict });
    progress.end();
    const report = await rescore({
      ...{ broker, stage, live, window, clock: systemClock, onRead: await follow('rescoring', topics.behaviour) },
      ...(override === undefined ? {} : { override: override.template }),
      ...(into === undefined ? {} : { produce: (verdicts) => producePatiently(broker, verdicts) }),
    });
    const seconds = Math.round((performance.now() - begunAtMs) / 100) / 10;
    return { ...report, into: into ?? null, template: template ?? null, seconds };
  } finally {
    progress.end();
  }
}

/** One more attempt: a broker that restarts must not cost an hour's work. */
async function producePatiently(broker: Broker, verdicts: Parameters<Broker['produce']>[0]): Promise<unknown> {
  return broker.produce(verdicts).catch((error: unknown) => {
    if (!(error instanceof BrokerUnavailable)) throw error;
    return broker.produce(verdicts);
  });
}

function inWords({ statesFrom, changes, deadLetters, into, seconds, ...counts }: Told): string {
  const share = counts.verdicts === 0 ? '' : ` (${((100 * counts.sameDecision) / counts.verdicts).toFixed(2)} %)`;
  const lines = [
    `states from       ${statesFrom ?? 'nothing: there is no behaviour'}`,
    `records read      ${counts.records}`,
    `verdicts          ${counts.verdicts}`,
    `same decision     ${counts.sameDecision}${share}`,
    `other decision    ${counts.differentDecision}`,
    ...changes.map(({ live, rescored, verdicts }) => `  ${live} -> ${rescored}  ${verdicts}`),
    `without a live one ${counts.withoutLiveVerdict}`,
    ...Object.entries(deadLetters).map(([reason, count]) => `would be set aside ${count} ${reason}`),
    `written to        ${into ?? 'nowhere (--into)'}`,
    `seconds           ${seconds}`,
  ];
  return `${lines.join('\n')}\n`;
}
