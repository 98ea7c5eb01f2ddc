import { type Command, Option } from 'commander';
import { alertTopicsOf } from '../../alerting/alerts/alert-topics.ts';
import { type AlertFormat, alertFormats } from '../../alerting/alerts/format.ts';
import { writerOf } from '../../alerting/formats/writer-of.ts';
import { systemClock } from '../../platform/clock.ts';
import { defineConfig } from '../../platform/config/define-config.ts';
import { kafkaRules, kafkaSettings, tenantSettings } from '../../platform/config/shared-settings.ts';
import { exitCodes } from '../../platform/exit-codes.ts';
import { topicNames } from '../../schemas/topic-names.ts';
import { type AlertSchema, alertSchemaOf } from '../alerts/alert-fields.ts';
import { explainIncident } from '../alerts/explain-incident.ts';
import { explainedInWords } from '../alerts/explained-in-words.ts';
import { prettyAlert } from '../alerts/pretty-alert.ts';
import { sampleAlerts, sampleKeyOf, samplesOfEach } from '../alerts/sample-alerts.ts';
import { addConfigOptions, configFrom, Refusal, wholeNumber } from '../config-options.ts';
import { hexId } from '../hex-id-option.ts';
import { createProgress } from '../progress.ts';
import { standalone } from '../standalone.ts';
import { pointInTime } from '../time-option.ts';
import { withBroker } from '../with-broker.ts';

const readingConfig = standalone(defineConfig('alerts', kafkaSettings, kafkaRules));
const sampleConfig = standalone(defineConfig('alerts', { ...kafkaSettings, ...tenantSettings }, kafkaRules));

type Formatted = Record<string, unknown> & { format: AlertFormat; json?: boolean };

/** `gaitkeeper alerts emit-sample | schema | tail | explain`. */
export function addAlertsCommand(program: Command): void {
  const alerts = program
    .command('alerts')
    .summary('what a SIEM is told: samples, fields, what comes now, and why')
    .description(
      'Alerts stand on a topic for each format. These commands help to connect a SIEM, and to explain an alert.',
    );
  addEmitSample(alerts);
  addSchema(alerts);
  addTail(alerts);
  addExplain(alerts);
}

function formatOption(): Option {
  return new Option('--format <name>', 'of the alerts').choices(alertFormats).default('ecs');
}

function addEmitSample(alerts: Command): void {
  addConfigOptions(alerts.command('emit-sample'), sampleConfig)
    .summary('write alerts about nobody to the topic of a format, marked as a test')
    .description(
      'An incident that opens, rises and closes, one of each other kind, and what is told of a flood; then the same of another subject. Each says that it is a test. With the same --seed, --at and tenant, the same alerts with the same ids.',
    )
    .addOption(formatOption())
    .option('--count <number>', 'how many', wholeNumber(1, 10_000), samplesOfEach)
    .option('--seed <number>', 'of their ids', wholeNumber(0), 1)
    .option('--at <time>', 'of the last one: ISO 8601, or 2h ago as 2h; by default now', pointInTime())
    .option('--print', 'to standard output, and nothing to Kafka')
    .addHelpText(
      'after',
      '\nExamples:\n  gaitkeeper alerts emit-sample --format ecs --count 5 --kafka-brokers kafka:9092\n  gaitkeeper alerts emit-sample --format cef --print',
    )
    .action(
      async (options: Formatted & { count: number; seed: number; at?: number; print?: boolean; tenant?: string }) => {
        const { format, count, seed, at: atMs = systemClock.nowMs() } = options;
        const write = writerOf(format);
        if (options.print === true) {
          const samples = sampleAlerts(count, { seed, tenant: options.tenant ?? 'default', atMs });
          process.stdout.write(samples.map((alert) => `${write(alert).toString('utf8')}\n`).join(''));
          return;
        }
        const config = configFrom(sampleConfig, options, process.env);
        const samples = sampleAlerts(count, { seed, tenant: config.tenant, atMs });
        const topic = alertTopicsOf(topicNames(config.topicPrefix))[format];
        const records = samples.map((alert) => ({ topic, key: sampleKeyOf(alert), value: write(alert) }));
        await withBroker('alerts', config, ({ broker }) => broker.produce(records));
        process.stdout.write(`${count} samples, each marked as a test, stand on ${topic}\n`);
      },
    );
}

function addSchema(alerts: Command): void {
  alerts
    .command('schema')
    .summary('the fields of a format, as alerts fill them')
    .addOption(formatOption())
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  gaitkeeper alerts schema --format ocsf\n  gaitkeeper alerts schema --format cef --json',
    )
    .action(({ format, json }: Formatted) => {
      const samples = sampleAlerts(2 * samplesOfEach, { seed: 1, tenant: 'default', atMs: 1_790_000_000_000 });
      const schema = alertSchemaOf(format, writerOf(format), samples);
      process.stdout.write(json === true ? `${JSON.stringify(schema, null, 2)}\n` : schemaInWords(schema));
    });
}

function schemaInWords({ format, deduplicateBy, fields }: AlertSchema): string {
  const widest = Math.max(...fields.map(({ path }) => path.length));
  const lines = fields.map(
    ({ path, type, always, example }) =>
      `${path.padEnd(widest)}  ${type.padEnd(7)}  ${always ? 'always   ' : 'sometimes'}  ${JSON.stringify(example).slice(0, 60)}`,
  );
  const about = `${format}: one alert a record. Two records with the same ${deduplicateBy} are the same alert, byte for byte.`;
  return `${[about, ...lines].join('\n')}\n`;
}

function addTail(alerts: Command): void {
  addConfigOptions(alerts.command('tail'), readingConfig)
    .summary('show alerts as they come')
    .addOption(formatOption())
    .option('--pretty', 'in words; of the format ecs')
    .option('--from-beginning', 'begin with the oldest alert instead of the next one')
    .option('--until-end', 'end where the topic ends now')
    .option('--count <number>', 'end after so many alerts', wholeNumber(1))
    .addHelpText(
      'after',
      '\nExamples:\n  gaitkeeper alerts tail --pretty --kafka-brokers kafka:9092\n  gaitkeeper alerts tail --format cef --from-beginning --until-end',
    )
    .action(
      async (
        options: Formatted & { pretty?: boolean; fromBeginning?: boolean; untilEnd?: boolean; count?: number },
      ) => {
        const { format, pretty, fromBeginning, untilEnd, count = Number.POSITIVE_INFINITY } = options;
        if (pretty === true && format !== 'ecs') {
          throw new Refusal('--pretty reads the format ecs\n  fix: leave --pretty or --format out', exitCodes.usage);
        }
        const config = configFrom(readingConfig, options, process.env);
        const ended = new AbortController();
        const end = () => ended.abort();
        process.once('SIGINT', end).once('SIGTERM', end);
        let left = count;
        try {
          await withBroker('alerts', config, async ({ broker, topics }) => {
            const records = broker.read({
              topic: alertTopicsOf(topics)[format],
              from: fromBeginning === true || untilEnd === true ? 'earliest' : 'latest',
              until: untilEnd === true ? 'end' : 'forever',
              signal: ended.signal,
            });
            for await (const { value } of records) {
              const line = value?.toString('utf8') ?? '';
              process.stdout.write(`${pretty === true ? prettyAlert(line) : line}\n`);
              left -= 1;
              if (left === 0) break;
            }
          });
        } finally {
          process.off('SIGINT', end).off('SIGTERM', end);
        }
      },
    );
}

function addExplain(alerts: Command): void {
  addConfigOptions(alerts.command('explain'), readingConfig)
    .argument('<id>', 'of an incident, of one of its verdicts, or of an alert of the format ecs (`event.id`)', hexId)
    .summary('the whole chain: what was told, what was judged, by which features, against which template')
    .option('--json', 'as JSON')
    .option('--quiet', 'no progress')
    .addHelpText(
      'after',
      '\nExample:\n  gaitkeeper alerts explain 0123456789abcdef0123456789abcdef --kafka-brokers kafka:9092',
    )
    .action(async (id: string, options: Record<string, unknown> & { json?: boolean; quiet?: boolean }) => {
      const config = configFrom(readingConfig, options, process.env);
      const progress = createProgress({ stream: process.stderr, quiet: options.quiet === true });
      let step = '';
      try {
        const explained = await withBroker('alerts', config, ({ broker, topics }) =>
          explainIncident(id, {
            broker,
            topics,
            onStep(next, records) {
              if (next !== step) progress.begin(`reading ${next}`, 0);
              step = next;
              progress.advance(records);
            },
          }),
        );
        progress.end();
        process.stdout.write(
          options.json === true ? `${JSON.stringify(explained, null, 2)}\n` : explainedInWords(explained),
        );
      } finally {
        progress.end();
      }
    });
}
