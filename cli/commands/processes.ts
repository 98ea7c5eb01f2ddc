import type { Command } from 'commander';
import { type AlertingConfig, alertingConfig } from '../../alerting/config.ts';
import { configuredAnalystApi } from '../../alerting/feedback/configured-analyst-api.ts';
import { createAlertingProcess } from '../../alerting/process.ts';
import { ingestConfig } from '../../ingest/config.ts';
import { createIngestProcess } from '../../ingest/process.ts';
import type { Broker } from '../../platform/broker/broker.ts';
import { systemClock } from '../../platform/clock.ts';
import { exitCodes } from '../../platform/exit-codes.ts';
import type { HealthCheck } from '../../platform/health.ts';
import { topicNames } from '../../schemas/topic-names.ts';
import { scorerConfig } from '../../scorer/config.ts';
import { createScorerProcess } from '../../scorer/process.ts';
import { addConfigOptions, configFrom, Refusal } from '../config-options.ts';
import { type ProcessBody, runProcess, type Surroundings, stageBody, stagesBody } from '../run-process.ts';
import { standalone } from '../standalone.ts';

/** `gaitkeeper ingest | scorer | alerting`: the three processes, each until a signal. */
export function addProcessCommands(program: Command): void {
  addConfigOptions(program.command('ingest'), ingestConfig)
    .summary('the gateway: authenticated behaviour in, records out')
    .description(
      'Listens for collectors, checks device tokens, turns identities into pseudonyms and writes the behaviour topic.',
    )
    .addHelpText(
      'after',
      '\nExamples:\n  gaitkeeper ingest --ingest-jwks-file issuers.jwks.json --ingest-port 8080\n  GAITKEEPER_CONFIG=gaitkeeper.yaml gaitkeeper ingest',
    )
    .action(async (options: Record<string, unknown>) => {
      const config = configFrom(standalone(ingestConfig), options, process.env);
      process.exitCode = await runProcess('ingest', config, ({ broker, values, log, metrics }) => {
        const built = createIngestProcess(config, { broker, store: values, clock: systemClock, log, metrics });
        if (!built.ok) {
          const { what, why, fix } = built.problem;
          throw new Refusal(`${what}: ${why}\n  fix: ${fix}`, exitCodes.configuration);
        }
        const topic = topicNames(config.topicPrefix).behaviour;
        return { parts: [built.gateway], health: [topicThere(broker, topic)], without: gatewayWithout };
      });
    });

  addConfigOptions(program.command('scorer'), scorerConfig)
    .summary('a scorer worker: batches in, one verdict each out')
    .description(
      'Judges the batches of its share of the partitions. Start more workers to share the work, at most one for each partition.',
    )
    .addHelpText(
      'after',
      '\nExamples:\n  gaitkeeper scorer --kafka-brokers kafka:9092 --redis-url redis://redis:6379\n  gaitkeeper scorer --admin-port 9464 --log-format json',
    )
    .action(async (options: Record<string, unknown>) => {
      const config = configFrom(standalone(scorerConfig), options, process.env);
      process.exitCode = await runProcess('scorer', config, (around) =>
        stageBody('scorer', config, around, () => createScorerProcess(config, around)),
      );
    });

  addConfigOptions(program.command('alerting'), alertingConfig)
    .summary('verdicts in, incidents and the alerts that tell of them out')
    .description(
      'Keeps the incidents of each subject and writes the alert topics that a SIEM subscribes to, one for each format, keyed by subject.',
    )
    .addHelpText('after', '\nExample:\n  gaitkeeper alerting --kafka-brokers kafka:9092 --redis-url redis://redis:6379')
    .action(async (options: Record<string, unknown>) => {
      const config = configFrom(standalone(alertingConfig), options, process.env);
      process.exitCode = await runProcess('alerting', config, (around) => alertingBody(config, around));
    });
}

function alertingBody(config: AlertingConfig, around: Surroundings): ProcessBody {
  const { parts, health, members } = createAlertingProcess(config, around);
  const stages = stagesBody(members, config, around);
  const topics = topicNames(config.topicPrefix);
  const configured = configuredAnalystApi(config, { ...around, topics, clock: systemClock });
  if (!configured.ok) {
    const { what, why, fix } = configured.problem;
    throw new Refusal(`${what}: ${why}\n  fix: ${fix}`, exitCodes.configuration);
  }
  const api = configured.api === undefined ? [] : [configured.api];
  return { ...stages, parts: [...parts, ...stages.parts, ...api], health: [...stages.health, ...health] };
}

/** A gateway that turned collectors away because it cannot recognise repeats would lose more than it protects. */
const gatewayWithout = {
  redis: 'batches are accepted all the same; a batch sent twice is not recognised here, but by the scorer',
};

/** A gateway without its topic would answer 503 for ever: better that nobody sends to it. */
function topicThere(broker: Pick<Broker, 'describeTopics'>, topic: string): HealthCheck {
  return {
    name: 'behaviour topic',
    async check() {
      const [described] = await broker.describeTopics([topic]);
      if (described !== undefined) return { ok: true };
      return { ok: false, reason: `there is no topic ${topic}: run \`gaitkeeper topics apply\`` };
    },
  };
}
