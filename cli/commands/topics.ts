import type { Command } from 'commander';
import type { Broker, TopicDefinition } from '../../platform/broker/broker.ts';
import { defineConfig } from '../../platform/config/define-config.ts';
import { kafkaRules, kafkaSettings } from '../../platform/config/shared-settings.ts';
import { exitCodes } from '../../platform/exit-codes.ts';
import { createLogger } from '../../platform/log.ts';
import { addConfigOptions, configFrom, Refusal, wholeNumber } from '../config-options.ts';
import { connectBroker } from '../connections.ts';
import { standalone } from '../standalone.ts';
import { planTopics, readTopicDefinitions, type TopicChange, topicsFile } from '../topic-definitions.ts';

const topicsConfig = standalone(defineConfig('topics', kafkaSettings, kafkaRules));

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
        const wanted = definitionsOf(options, config.topicPrefix);
        try {
          await broker.connect();
          const existing = await broker.describeTopics(wanted.map(({ name }) => name));
          const changes = planTopics(wanted, existing);
          if (verb === 'apply') await create(broker, changes);
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

/** @throws Refusal where the file cannot be read or says something else */
function definitionsOf(
  { definitions, replicationFactor }: { definitions?: string; replicationFactor?: number },
  prefix: string,
): TopicDefinition[] {
  try {
    const fitting = { prefix, ...(replicationFactor === undefined ? {} : { replicationFactor }) };
    return readTopicDefinitions(definitions ?? topicsFile, fitting);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Refusal(`the topic definitions cannot be used: ${why}`, exitCodes.configuration);
  }
}

async function create(broker: Broker, changes: readonly TopicChange[]): Promise<void> {
  const missing = changes.flatMap((each) => (each.kind === 'create' ? [each.topic] : []));
  try {
    await broker.createTopics(missing);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    if (!/replication/i.test(why)) throw error;
    const fix = 'fix: add --replication-factor 1 on a single broker, or start as many brokers as replicas';
    throw new Refusal(
      `the cluster has fewer brokers than replicas are defined: ${why}\n  ${fix}`,
      exitCodes.configuration,
    );
  }
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
