import type { Command } from 'commander';
import { defineConfig, type ValuesOf } from '../../platform/config/define-config.ts';
import { kafkaRules, kafkaSettings, redisSettings } from '../../platform/config/shared-settings.ts';
import { exitCodes } from '../../platform/exit-codes.ts';
import { createLogger } from '../../platform/log.ts';
import { type TopicNames, topicNames } from '../../schemas/topic-names.ts';
import { addConfigOptions, configFrom, Refusal, wholeNumber } from '../config-options.ts';
import { connect, connectBroker } from '../connections.ts';
import { type DescribedLetter, describeLetter } from '../dead-letters/described-letter.ts';
import { findLetters, type LetterFilter } from '../dead-letters/find-letters.ts';
import { createOldestLetters } from '../dead-letters/oldest-letters.ts';
import { adviceFor } from '../dead-letters/reason-advice.ts';
import { type ReplayOutcome, replayLetters } from '../dead-letters/replay-letters.ts';
import { createProgress } from '../progress.ts';
import { standalone } from '../standalone.ts';
import { pointInTime } from '../time-option.ts';

const readingConfig = standalone(defineConfig('dead-letters', kafkaSettings, kafkaRules));
const replayConfig = standalone(defineConfig('dead-letters', { ...kafkaSettings, ...redisSettings }, kafkaRules));

type Options = Record<string, unknown> & LetterFilter & { json?: boolean };

/** `gaitkeeper dead-letters list | show | replay`. */
export function addDeadLettersCommand(program: Command): void {
  const letters = program
    .command('dead-letters')
    .summary('records that were set aside: which, why, and what to do')
    .description(
      'Records that a stage could not work with lie in a topic of their own, with their reason and their original bytes. These commands show no content, only sizes and reasons.',
    );
  addList(letters);
  addShow(letters);
  addReplay(letters);
}

function addFilter(command: Command): Command {
  return command
    .option('--reason <code>', 'only those of one reason, for example unknown-schema')
    .option('--stage <name>', 'only those of one stage: scorer or alerting')
    .option('--from <time>', 'set aside at or after: ISO 8601, or 2h for two hours ago', pointInTime())
    .option('--to <time>', 'set aside before', pointInTime());
}

function addList(letters: Command): void {
  addFilter(addConfigOptions(letters.command('list'), readingConfig))
    .summary('which records were set aside, and how many for which reason')
    .option('--limit <number>', 'show the oldest so many; all are counted', wholeNumber(0, 10_000), 50)
    .option('--json', 'one JSON document')
    .addHelpText(
      'after',
      '\nExamples:\n  gaitkeeper dead-letters list --kafka-brokers kafka:9092\n  gaitkeeper dead-letters list --reason unknown-schema --from 2h --json',
    )
    .action(async (options: Options & { limit: number }) => {
      const oldest = createOldestLetters(options.limit);
      const byReason = new Map<string, number>();
      await reading(options, async (found) => {
        for await (const letter of found(options)) {
          const { reason } = letter.letter;
          byReason.set(reason, (byReason.get(reason) ?? 0) + 1);
          oldest.add(letter);
        }
      });
      const reasons = [...byReason].map(([reason, count]) => ({ reason, count, fix: adviceFor(reason) }));
      reasons.sort((a, b) => b.count - a.count);
      const total = reasons.reduce((sum, { count }) => sum + count, 0);
      const shown = oldest.all().map(describeLetter);
      const told = { total, shown: shown.length, reasons, letters: shown };
      process.stdout.write(options.json === true ? `${JSON.stringify(told, null, 2)}\n` : listInWords(told));
    });
}

function listInWords({
  total,
  shown,
  reasons,
  letters,
}: {
  total: number;
  shown: number;
  reasons: { reason: string; count: number; fix: string }[];
  letters: DescribedLetter[];
}): string {
  if (total === 0) return 'no dead letters\n';
  const lines = letters.map(
    ({ id, setAsideAt, stage, reason, kind, valueBytes }) =>
      `${setAsideAt}  ${id}  ${stage}  ${reason}  ${kind}, ${valueBytes} bytes`,
  );
  if (shown < total) lines.push(`... ${total - shown} more: --limit shows them`);
  for (const { reason, count, fix } of reasons) lines.push(`${count} ${reason}: ${fix}`);
  return `${lines.join('\n')}\n`;
}

function addShow(letters: Command): void {
  addConfigOptions(letters.command('show'), readingConfig)
    .argument('<id>', 'of the dead letter: topic/partition/offset of the record, as `list` prints it')
    .summary('one dead letter: why, from where, how large, and what to do')
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      '\nExample:\n  gaitkeeper dead-letters show gaitkeeper.behaviour.v1/3/1234 --kafka-brokers kafka:9092',
    )
    .action(async (id: string, options: Options) => {
      let letter: DescribedLetter | undefined;
      await reading(options, async (found) => {
        for await (const each of found({ ids: [id] })) letter = describeLetter(each);
      });
      if (letter === undefined) throw unknownIds([id]);
      const lines = Object.entries(letter).map(([name, value]) => `${name.padEnd(12)}${value === null ? '-' : value}`);
      process.stdout.write(options.json === true ? `${JSON.stringify(letter, null, 2)}\n` : `${lines.join('\n')}\n`);
    });
}

function addReplay(letters: Command): void {
  addFilter(addConfigOptions(letters.command('replay'), replayConfig))
    .argument('[ids...]', 'of dead letters, as `list` prints them')
    .summary('the original bytes once more to the topic that they came from')
    .description(
      'Produces the original bytes of dead letters to the topic that they came from, under their key, with a header that names the dead letter. Each is replayed once: Redis remembers which were.',
    )
    .option('--all', 'every dead letter')
    .option('--dry-run', 'say what would be replayed, and change nothing')
    .option('--json', 'print the outcome as JSON')
    .option('--quiet', 'no progress')
    .addHelpText(
      'after',
      `
A replayed record stands at the end of its topic: its old place in the order is lost.
  A batch is judged by what is known of its subject today. One that is more than 64 batches of its device behind
  cannot be told from a repeat and gets the verdict undecided(duplicate). One of another session than the present one
  begins a session, and the present one begins anew behind it: what had gathered in it is set back.
  Activations and controls would undo newer ones: only those named by id are replayed. So are records that this
  version could not read either; the others would come back as dead letters.

Examples:
  gaitkeeper dead-letters replay --reason unknown-schema --from 2h --dry-run
  gaitkeeper dead-letters replay gaitkeeper.behaviour.v1/3/1234 --kafka-brokers kafka:9092 --redis-url redis://redis:6379`,
    )
    .action(async (ids: string[], options: Options & { all?: boolean; dryRun?: boolean; quiet?: boolean }) => {
      const { reason, stage, from, to } = options;
      const filtered = [reason, stage, from, to].some((each) => each !== undefined);
      if (ids.length === 0 && !filtered && options.all !== true) {
        throw new Refusal(
          'which dead letters?\n  fix: name their ids, or give --reason, --stage, --from or --to, or --all',
          exitCodes.usage,
        );
      }
      const config = configFrom(replayConfig, options, process.env);
      const outcome = await replay(config, { ...options, ids });
      const told = { dryRun: options.dryRun === true, ...outcome };
      process.stdout.write(options.json === true ? `${JSON.stringify(told)}\n` : replayInWords(told));
    });
}

async function replay(
  config: ValuesOf<typeof kafkaSettings & typeof redisSettings>,
  { ids, ...options }: Options & { ids: string[]; dryRun?: boolean; quiet?: boolean },
): Promise<ReplayOutcome> {
  const { parts, broker, values } = connect(
    config,
    createLogger({ name: 'dead-letters', level: 'warn', format: 'auto' }),
  );
  const topics = topicNames(config.topicPrefix);
  const progress = createProgress({ stream: process.stderr, quiet: options.quiet === true });
  const unknown = new Set(ids);
  const filter = { ...options, ...(ids.length === 0 ? {} : { ids }) };
  const begun: typeof parts = [];
  try {
    for (const part of parts) {
      begun.push(part);
      await part.start();
    }
    if (ids.length > 0) {
      // Before anything is replayed: a mistyped id must not leave half of the work done.
      for await (const { id } of findLetters({ broker, topics, filter })) unknown.delete(id);
      if (unknown.size > 0) throw unknownIds([...unknown]);
    }
    progress.begin('replaying dead letters', 0);
    return await replayLetters({
      ...{ broker, values, letters: findLetters({ broker, topics, filter }), named: ids.length > 0 },
      ...{ dryRun: options.dryRun === true, nowMs: Date.now, onDone: (done) => progress.advance(done) },
    });
  } finally {
    progress.end();
    for (const part of begun.reverse()) await part.stop();
  }
}

function replayInWords({ dryRun, replayed, passedOver }: ReplayOutcome & { dryRun: boolean }): string {
  const lines = [`${replayed} ${dryRun ? 'would be replayed' : 'replayed'}`];
  const said = {
    'replayed-before': 'replayed before',
    'being-replayed': 'in the hands of another replay, or of one that died: try again in five minutes',
    cut: 'too large to have been kept whole: cannot be replayed',
    'refused-again': 'cannot be read by this version either: replay by id if the stages run another one',
    'foreign-topic': 'from a topic that no stage of this installation reads: cannot be replayed',
    'out-of-order': 'activations and controls, which would undo newer ones: replay by id',
  };
  for (const [why, count] of Object.entries(passedOver)) {
    if (count > 0) lines.push(`${count} passed over: ${said[why as keyof typeof said]}`);
  }
  return `${lines.join('\n')}\n`;
}

type Find = (filter: LetterFilter) => ReturnType<typeof findLetters>;

/** The dead-letter topic, opened and closed again. */
async function reading(options: Options, use: (find: Find) => Promise<void>): Promise<void> {
  const config = configFrom(readingConfig, options, process.env);
  const broker = connectBroker(config, createLogger({ name: 'dead-letters', level: 'warn', format: 'auto' }));
  const topics: TopicNames = topicNames(config.topicPrefix);
  try {
    await broker.connect();
    await use((filter) => findLetters({ broker, topics, filter }));
  } finally {
    await broker.close();
  }
}

function unknownIds(ids: readonly string[]): Refusal {
  const told = ids.slice(0, 5).join(', ');
  return new Refusal(
    `no dead letter has the id ${told}\n  fix: \`gaitkeeper dead-letters list\` prints the ids; the topic keeps them for 14 days`,
    exitCodes.usage,
  );
}
