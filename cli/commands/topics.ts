import type { Command } from 'commander';
import { defineConfig } from '../../platform/config/define-config.ts';
import { kafkaRules, kafkaSettings } from '../../platform/config/shared-settings.ts';
import { createLogger } from '../../platform/log.ts';
import { addConfigOptions, configFrom, wholeNumber } from '../config-options.ts';
import { connectBroker } from '../connections.ts';
import { planTopics, readTopicDefinitions, type TopicChange, topicsFile } from '../topic-definitions.ts';

const topicsConfig = defineConfig('topics', kafkaSettings, kafkaRules);

/** `gaitkeeper topics plan | apply`. */
export function addTopicsCommand(program: Command): void {
  const topics = program
    .command('topics')
    .summary('the topics that gaitkeeper needs')
    .description('Compares the topics of a cluster with their definitions, and creates those that are missing.');
  addVerb(topics, 'plan', 'says what `apply` would do; changes nothing');
  addVerb(topics, 'apply', 'creates missing topics; never alters an existing one');
}

function addVerb(topics: Command, verb: 'plan' | 'apply', summary: string): void {
  addConfigOptions(topics.command(verb), topicsConfig)
    .summary(summary)
    .option('--definitions <file>', 'topic definitions instead of the shipped deploy/topics.yaml')
    .option('--replication-factor <number>', 'instead of the one defined; 1 on a single broker', wholeNumber(1))
    .option('--json', 'print the changes as JSON')
    .addHelpText(
      'after',
      `\nExample:\n  gaitkeeper topics ${verb} --kafka-brokers localhost:9092 --replication-factor 1`,
    )
    .action(
      async (
        options: Record<string, unknown> & { definitions?: string; replicationFactor?: number; json?: boolean },
      ) => {
        const config = configFrom(topicsConfig, options, process.env);
        const broker = connectBroker(config, createLogger({ name: 'topics', level: 'warn', format: 'auto' }));
        const wanted = readTopicDefinitions(options.definitions ?? topicsFile, {
          prefix: config.topicPrefix,
          ...(options.replicationFactor === undefined ? {} : { replicationFactor: options.replicationFactor }),
        });
        try {
          await broker.connect();
          const existing = await broker.describeTopics(wanted.map(({ name }) => name));
          const changes = planTopics(wanted, existing);
          if (verb === 'apply')
            await broker.createTopics(changes.flatMap((each) => (each.kind === 'create' ? [each.topic] : [])));
          process.stdout.write(
            options.json === true
              ? `${JSON.stringify({ applied: verb === 'apply', changes }, null, 2)}\n`
              : inWords(changes, verb),
          );
        } finally {
          await broker.close();
        }
      },
    );
}

function inWords(changes: readonly TopicChange[], verb: 'plan' | 'apply'): string {
  return changes.map((change) => `${lineOf(change, verb)}\n`).join('');
}

function lineOf(change: TopicChange, verb: 'plan' | 'apply'): string {
  switch (change.kind) {
    case 'create': {
      const { name, partitions, replicationFactor } = change.topic;
      return ` ${verb === 'apply' ? 'created  ' : 'create   '} ${name}  ${partitions} partitions, replication ${replicationFactor}`;
    }
    case 'unchanged':
      return ` unchanged ${change.name}`;
    case 'differs':
      return ` differs   ${change.name}  ${change.differences.map(({ setting, wanted, found }) => `${setting}: ${found}, defined ${wanted}`).join('; ')}`;
  }
}
