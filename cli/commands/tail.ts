import { Argument, type Command } from 'commander';
import pc from 'picocolors';
import type { Verdict } from '../../detection/words/verdict.ts';
import { defineConfig } from '../../platform/config/define-config.ts';
import { kafkaRules, kafkaSettings } from '../../platform/config/shared-settings.ts';
import { createLogger } from '../../platform/log.ts';
import { createBehaviourTopicCodec } from '../../schemas/behaviour-topic.ts';
import { createDeadLetterCodec } from '../../schemas/dead-letter.ts';
import type { Decoded } from '../../schemas/decoded.ts';
import { createVerdictCodec } from '../../schemas/verdict.ts';
import { addConfigOptions, configFrom, wholeNumber } from '../config-options.ts';
import { connectBroker } from '../connections.ts';
import { standalone } from '../standalone.ts';

const tailConfig = standalone(defineConfig('tail', kafkaSettings, kafkaRules));

const topics = ['alerts', 'verdicts', 'behaviour', 'dead-letters'] as const;
type TopicWord = (typeof topics)[number];

/** `gaitkeeper tail <topic>`: records as they come, one line each. */
export function addTailCommand(program: Command): void {
  addConfigOptions(program.command('tail'), tailConfig)
    .addArgument(new Argument('<topic>', 'which topic').choices(topics))
    .summary('show what passes through a topic')
    .description('Follows a topic and prints a line for each record; leaves no trace in any consumer group.')
    .option('--from-beginning', 'begin with the oldest record instead of the next one')
    .option('--count <number>', 'end after so many records', wholeNumber(1))
    .option('--until-end', 'end where the topic ends now')
    .option('--json', 'one JSON document a line')
    .addHelpText(
      'after',
      '\nExamples:\n  gaitkeeper tail alerts --kafka-brokers kafka:9092\n  gaitkeeper tail verdicts --from-beginning --until-end --json',
    )
    .action(
      async (
        topic: TopicWord,
        options: Record<string, unknown> & {
          fromBeginning?: boolean;
          count?: number;
          untilEnd?: boolean;
          json?: boolean;
        },
      ) => {
        const config = configFrom(tailConfig, options, process.env);
        const broker = connectBroker(config, createLogger({ name: 'tail', level: 'warn', format: 'auto' }));
        const ended = new AbortController();
        const end = () => ended.abort();
        process.once('SIGINT', end).once('SIGTERM', end);
        const show = options.json === true ? JSON.stringify : inWords(topic);
        const read = readerOf(topic);
        let left = options.count ?? Number.POSITIVE_INFINITY;
        try {
          await broker.connect();
          const records = broker.read({
            topic: `${config.topicPrefix}${topic}.v1`,
            from: options.fromBeginning === true || options.untilEnd === true ? 'earliest' : 'latest',
            until: options.untilEnd === true ? 'end' : 'forever',
            signal: ended.signal,
          });
          for await (const { value } of records) {
            process.stdout.write(`${show(read(value ?? Buffer.alloc(0)))}\n`);
            left -= 1;
            if (left === 0) break;
          }
        } finally {
          process.off('SIGINT', end).off('SIGTERM', end);
          await broker.close();
        }
      },
    );
}

function readerOf(topic: TopicWord): (value: Buffer) => unknown {
  const unwrapped = (decoded: Decoded<unknown>) =>
    decoded.ok ? decoded.value : { unreadable: decoded.reason, detail: decoded.detail };
  switch (topic) {
    case 'alerts':
      return (value) => JSON.parse(value.toString('utf8')) as unknown;
    case 'verdicts': {
      const codec = createVerdictCodec();
      return (value) => unwrapped(codec.decode(value));
    }
    case 'behaviour': {
      const codec = createBehaviourTopicCodec();
      return (value) => unwrapped(codec.decode(value));
    }
    case 'dead-letters': {
      const codec = createDeadLetterCodec();
      return (value) => unwrapped(codec.decode(value));
    }
  }
}

function inWords(topic: TopicWord): (value: unknown) => string {
  if (topic !== 'verdicts') return (value) => JSON.stringify(value);
  return (value) => {
    if (typeof value !== 'object' || value === null || !('verdictId' in value)) return JSON.stringify(value);
    const { receivedAtMs, subject, decision, reason, risk, keystrokes, strokes } = value as Verdict;
    const colour =
      decision === 'impostor' || decision === 'machine' ? pc.red : decision === 'suspicious' ? pc.yellow : pc.green;
    const said = reason === 'none' ? decision : `${decision} (${reason})`;
    return `${new Date(receivedAtMs).toISOString()}  ${subject.slice(0, 8)}  risk ${risk.toFixed(0).padStart(3)}  ${colour(said)}  ${keystrokes} keys, ${strokes} strokes`;
  };
}
