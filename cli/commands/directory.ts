import { randomBytes } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { type DirectoryKind, directoryKinds } from '../../alerting/directory/directory-entry.ts';
import { type DirectoryKeys, directoryKeyBytes, readDirectoryKeys } from '../../alerting/directory/directory-keys.ts';
import { directorySettings } from '../../alerting/directory/directory-settings.ts';
import { systemClock } from '../../platform/clock.ts';
import { defineConfig } from '../../platform/config/define-config.ts';
import { kafkaRules, kafkaSettings, tenantSettings } from '../../platform/config/shared-settings.ts';
import { exitCodes } from '../../platform/exit-codes.ts';
import { addConfigOptions, configFrom, Refusal } from '../config-options.ts';
import { readPeople } from '../directory/people-file.ts';
import { forgetPerson, writePeople } from '../directory/write-directory.ts';
import { hexId } from '../hex-id-option.ts';
import { createProgress } from '../progress.ts';
import { type PseudonymKeyOptions, pseudonymiserFrom } from '../pseudonym-key-file.ts';
import { standalone } from '../standalone.ts';
import { withBroker } from '../with-broker.ts';

const sealConfig = standalone(
  defineConfig('directory', { ...kafkaSettings, ...tenantSettings, ...directorySettings }, kafkaRules),
);
const forgetConfig = standalone(defineConfig('directory', { ...kafkaSettings, ...tenantSettings }, kafkaRules));

interface SealOptions extends Record<string, unknown>, PseudonymKeyOptions {
  people: string;
  json?: boolean;
  quiet?: boolean;
}

/** `gaitkeeper directory keys | seal | forget`. */
export function addDirectoryCommand(program: Command): void {
  const directory = program
    .command('directory')
    .summary('whom pseudonyms stand for: sealed, for alerts alone')
    .description(
      'The directory lies encrypted on a topic of its own; alerting alone has the keys, and names people in alerts and nowhere else. Without it, alerts carry pseudonyms.',
    );
  addKeys(directory);
  addSeal(directory);
  addForget(directory);
}

function addKeys(directory: Command): void {
  const keys = directory.command('keys').summary('the keys that seal and open the directory');
  keys
    .command('new')
    .summary('make a key, as a line for alertDirectoryKeys')
    .description(
      'Prints a key as `name:64 hexadecimal digits`. Put behind the older ones, it seals from then on while they still open. Give it to alerting first and seal with it afterwards; take an older key away once everybody has been sealed anew.',
    )
    .option('--id <name>', 'what it is called; by default the day', keyName)
    .option('--append <file>', 'write it to the end of this file, made for its owner alone, instead of printing it')
    .addHelpText(
      'after',
      '\nExamples:\n  gaitkeeper directory keys new --append /etc/gaitkeeper/directory-keys\n  GAITKEEPER_ALERT_DIRECTORY_KEYS_FILE=/etc/gaitkeeper/directory-keys gaitkeeper alerting',
    )
    .action(({ id, append }: { id?: string; append?: string }) => {
      const name = id ?? new Date(systemClock.nowMs()).toISOString().slice(0, 10);
      const line = `${name}:${randomBytes(directoryKeyBytes).toString('hex')}\n`;
      if (append === undefined) process.stdout.write(line);
      else appendKey(append, line);
    });
}

function keyName(text: string): string {
  if (!/^[a-z0-9][a-z0-9-]{0,31}$/.test(text)) {
    throw new InvalidArgumentError('must be 1 to 32 lower-case letters, digits and hyphens');
  }
  return text;
}

function appendKey(path: string, line: string): void {
  try {
    appendFileSync(path, line, { mode: 0o600 });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Refusal(`--append cannot be written: ${why}`, exitCodes.usage);
  }
}

function addSeal(directory: Command): void {
  addConfigOptions(directory.command('seal'), sealConfig)
    .summary('write people and hosts into the directory')
    .description(
      'Reads one JSON object a line: {"id" or "pseudonym", "name"} and, where there are any, "kind" (subject or host), "fullName", "domain", "groups". An id is what the collector sends; the gateway\'s key makes the pseudonym of it. Nothing is written unless the whole file is right.',
    )
    .requiredOption('--people <file>', 'JSON lines')
    .option('--pseudonym-key-file <file>', "the gateway's ingestPseudonymKey, for lines with an id")
    .option('--pseudonym-epoch <epoch>', "the gateway's ingestPseudonymEpoch", '1')
    .option('--json', 'print the outcome as JSON')
    .option('--quiet', 'no progress')
    .addHelpText(
      'after',
      '\nExample:\n  gaitkeeper directory seal --people people.jsonl --pseudonym-key-file pseudonym.key --tenant acme\n\n  people.jsonl: {"id":"0123456789abcdef0123456789abcdef","name":"avery","fullName":"Avery Example","domain":"CORP","groups":["finance"]}',
    )
    .action(async (options: SealOptions) => {
      const config = configFrom(sealConfig, options, process.env);
      const keys = keysOf(config.alertDirectoryKeys);
      const pseudonymise = pseudonymiserFrom(config.tenant, options);
      const people = () => readPeople(options.people, { tenant: config.tenant, pseudonymise });
      let total = 0;
      for await (const _ of people()) total += 1;
      const progress = createProgress({ stream: process.stderr, quiet: options.quiet === true });
      try {
        const written = await withBroker('directory', config, ({ broker, topics }) => {
          progress.begin('sealing people', total);
          const onDone = (done: number) => progress.advance(done);
          return writePeople(people(), { broker, topic: topics.directory, keys, randomBytes, onDone });
        });
        progress.end();
        const told = { written, key: keys.sealing.id, tenant: config.tenant };
        process.stdout.write(
          options.json === true ? `${JSON.stringify(told)}\n` : `${written} entries sealed with key ${told.key}\n`,
        );
      } finally {
        progress.end();
      }
    });
}

function keysOf(text: string | undefined): DirectoryKeys {
  const read = readDirectoryKeys(text ?? '');
  if (read.ok) return read.keys;
  throw new Refusal(
    'alertDirectoryKeys is not set: nothing could be sealed\n  fix: `gaitkeeper directory keys new`, and name its file as GAITKEEPER_ALERT_DIRECTORY_KEYS_FILE',
    exitCodes.configuration,
  );
}

function addForget(directory: Command): void {
  addConfigOptions(directory.command('forget'), forgetConfig)
    .argument('<pseudonym>', 'of the subject or the host', hexId)
    .summary('take somebody out of the directory')
    .addOption(new Option('--kind <kind>', 'whose pseudonym it is').choices(directoryKinds).default('subject'))
    .addHelpText(
      'after',
      '\nAlerting forgets at once; Kafka drops the sealed entry within a day, at the next compaction.\n\nExample:\n  gaitkeeper directory forget 0123456789abcdef0123456789abcdef --tenant acme',
    )
    .action(async (pseudonym: string, options: Record<string, unknown> & { kind: DirectoryKind }) => {
      const config = configFrom(forgetConfig, options, process.env);
      const name = { kind: options.kind, tenant: config.tenant, pseudonym };
      await withBroker('directory', config, ({ broker, topics }) =>
        forgetPerson({ broker, topic: topics.directory }, name),
      );
      process.stdout.write(`${options.kind} ${pseudonym} is no longer in the directory\n`);
    });
}
