import { readFileSync } from 'node:fs';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { ConfigDefinition, ConfigOf } from '../platform/config/define-config.ts';
import { knownKeysOf } from '../platform/config/define-config.ts';
import { loadConfig } from '../platform/config/load-config.ts';
import { kindOf, settingJsonSchema } from '../platform/config/setting.ts';
import { environmentNameOf, flagNameOf } from '../platform/config/setting-names.ts';
import { processConfigs } from './process-configs.ts';

/** Thrown where a command cannot begin because of what it was told; `main.ts` turns it into a message and an exit code. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly exitCode: number;

  constructor(message: string, exitCode: number) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** sysexits' EX_CONFIG. */
const badConfiguration = 78;

/** Gives a command one flag per setting of a process, and `--config`. */
export function addConfigOptions(command: Command, definition: ConfigDefinition): Command {
  command.addOption(
    new Option('--config <file>', 'YAML file with settings').env('GAITKEEPER_CONFIG').helpGroup('Settings:'),
  );
  for (const [key, each] of Object.entries(definition.settings)) {
    const kind = kindOf(settingJsonSchema(each));
    const value = kind === 'boolean' ? '[boolean]' : `<${each.unit ?? kind}>`;
    const described = `${each.description} (${environmentNameOf(key)})`;
    command.addOption(new Option(`${flagNameOf(key)} ${value}`, described).helpGroup('Settings:'));
  }
  return command;
}

/** The settings of a process from its flags, the environment and the file. @throws Refusal naming every mistake */
export function configFrom<Definition extends ConfigDefinition>(
  definition: Definition,
  options: Readonly<Record<string, unknown>>,
  env: Readonly<Record<string, string | undefined>>,
): ConfigOf<Definition> {
  const flags = Object.fromEntries(Object.entries(options).filter(([key]) => key in definition.settings));
  const path = options['config'];
  const loaded = loadConfig(definition, {
    flags,
    env,
    knownKeys: knownKeysOf(processConfigs),
    ...(typeof path === 'string' ? { file: { path, text: readText(path) } } : {}),
  });
  if (!loaded.ok) throw new Refusal(loaded.message, badConfiguration);
  return loaded.config;
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new Refusal(
      `cannot read the settings file ${path}: ${error instanceof Error ? error.message : error}`,
      badConfiguration,
    );
  }
}

/** Parses a whole number of at least `least` for a commander option. */
export function wholeNumber(least: number, most = Number.MAX_SAFE_INTEGER) {
  return (text: string): number => {
    const value = Number(text);
    if (!Number.isSafeInteger(value) || value < least || value > most) {
      const upTo = most === Number.MAX_SAFE_INTEGER ? '' : ` to ${most}`;
      throw new InvalidArgumentError(`must be a whole number from ${least}${upTo}`);
    }
    return value;
  };
}
