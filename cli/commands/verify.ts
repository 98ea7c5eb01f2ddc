import { open } from 'node:fs/promises';
import { type Command, InvalidArgumentError } from 'commander';
import { alertingConfig } from '../../alerting/config.ts';
import { defineConfig } from '../../platform/config/define-config.ts';
import { kafkaRules, kafkaSettings, redisSettings } from '../../platform/config/shared-settings.ts';
import { exitCodes } from '../../platform/exit-codes.ts';
import { createLogger } from '../../platform/log.ts';
import { topicNames } from '../../schemas/topic-names.ts';
import { scorerConfig } from '../../scorer/config.ts';
import { createTemplateReader } from '../../templates/template-reader.ts';
import { type AckedId, AckedIdsMalformed, parseAckedIds } from '../../verifier/acked-ids.ts';
import type { VerifyStep } from '../../verifier/verify-options.ts';
import { verifyRun } from '../../verifier/verify-run.ts';
import { addConfigOptions, configFrom, Refusal, wholeNumber } from '../config-options.ts';
import { connect } from '../connections.ts';
import { createProgress } from '../progress.ts';
import { standalone } from '../standalone.ts';
import { verifiedInWords, verifyExitCodeOf } from '../verification-words.ts';

const { scorerGroup } = scorerConfig.settings;
const { alertingGroup, alertHourlyLimit } = alertingConfig.settings;
const verifyConfig = standalone(
  defineConfig(
    'verify',
    { ...kafkaSettings, ...redisSettings, scorerGroup, alertingGroup, alertHourlyLimit },
    kafkaRules,
  ),
);

interface VerifyFlags extends Record<string, unknown> {
  acked?: string;
  settled?: boolean;
  alerts: boolean;
  partitions?: readonly number[];
  maxFindings: number;
  json?: boolean;
  quiet?: boolean;
}

const stepWords: Record<VerifyStep, string> = {
  outputs: 'reading what came out',
  states: 'reading states',
  replay: 'replaying the input',
};

/** `gaitkeeper verify`: recomputes everything from the input log, and says what differs. */
export function addVerifyCommand(program: Command): void {
  addConfigOptions(program.command('verify'), verifyConfig)
    .summary('recompute every verdict and state from the input log, and compare')
    .description(
      'Reads the behaviour topic from its oldest record, judges every batch again in one thread, and compares the verdicts, states, dead letters, incidents and alerts (in ECS) with what the system produced. Writes nothing, to Kafka or Redis, and takes no partition over; Kafka is read through groups named gaitkeeper.read.…, which commit nothing. Where retention has taken the beginning of a topic, the replay goes on from the oldest snapshot that reaches that far. Ends with 0 where everything was recomputed and nothing differs, with 1 where anything differs, and with 2 where nothing differs in what could be recomputed but not everything could, or templates were not used that can be read now.',
    )
    .option(
      '--acked <file>',
      'JSON lines of acknowledged batches, {"partition","offset"} or {"tenant","device","session","sequence"}, or both in one: each must be in the log, and where both are given that batch at that place',
    )
    .option('--settled', 'the system has come to rest: what is still missing is lost, not pending')
    .option('--no-alerts', 'leave incidents and alerts out, where alerting does not run')
    .option(
      '--partitions <list>',
      'only these partitions of behaviour and verdicts, such as 0,1,2: takes less memory',
      partitionList,
    )
    .option('--max-findings <number>', 'how many findings are listed; all are counted', wholeNumber(1), 100)
    .option('--json', 'print the report as JSON')
    .option('--quiet', 'no progress')
    .addHelpText(
      'after',
      '\nExamples:\n  gaitkeeper verify --kafka-brokers kafka:9092 --redis-url redis://redis:6379\n  gaitkeeper verify --settled --acked acked.jsonl --json',
    )
    .action(async (flags: VerifyFlags) => {
      const config = configFrom(verifyConfig, flags, process.env);
      const topics = topicNames(config.topicPrefix);
      const log = createLogger({ name: 'verify', level: 'warn', format: 'auto' });
      const { broker, states, values, parts } = connect(config, log);
      const progress = createProgress({ stream: process.stderr, quiet: flags.quiet === true });
      const ended = new AbortController();
      const end = () => ended.abort(new Refusal('stopped before the end: nothing is verified', exitCodes.unavailable));
      process.once('SIGINT', end).once('SIGTERM', end);
      let step: VerifyStep | undefined;
      const started: typeof parts = [];
      try {
        for (const part of parts) {
          started.push(part);
          await part.start();
        }
        const report = await verifyRun({
          broker,
          states,
          topics,
          groups: { scorer: config.scorerGroup, alerting: config.alertingGroup },
          templates: createTemplateReader({ values, broker, topic: topics.templates }),
          settled: flags.settled === true,
          alerts: flags.alerts,
          alertHourlyLimit: config.alertHourlyLimit,
          maxFindings: flags.maxFindings,
          ...(flags.partitions === undefined ? {} : { partitions: flags.partitions }),
          ...(flags.acked === undefined ? {} : { ackedIds: ackedIdsIn(flags.acked) }),
          onProgress(next, done, total) {
            if (next !== step) {
              progress.end();
              progress.begin(stepWords[next], total);
            }
            step = next;
            progress.advance(done);
          },
          signal: ended.signal,
        });
        progress.end();
        process.stdout.write(flags.json === true ? `${JSON.stringify(report)}\n` : verifiedInWords(report));
        process.exitCode = verifyExitCodeOf(report);
      } finally {
        process.off('SIGINT', end).off('SIGTERM', end);
        for (const part of started.reverse()) await part.stop();
      }
    });
}

async function* ackedIdsIn(path: string): AsyncGenerator<AckedId> {
  const file = await open(path).catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error);
    throw new Refusal(`--acked cannot be read: ${why}`, exitCodes.usage);
  });
  try {
    yield* parseAckedIds(file.readLines());
  } catch (error) {
    if (error instanceof AckedIdsMalformed) throw new Refusal(`--acked ${path}: ${error.message}`, exitCodes.usage);
    throw error;
  } finally {
    await file.close();
  }
}

function partitionList(text: string): number[] {
  const partitions = text.split(',').map(Number);
  if (partitions.some((each) => !Number.isSafeInteger(each) || each < 0)) {
    throw new InvalidArgumentError('must be partition numbers, such as 0,1,2');
  }
  return partitions;
}
