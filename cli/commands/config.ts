import { type Command, Option } from 'commander';
import type { ConfigDefinition } from '../../platform/config/define-config.ts';
import { configJsonSchema, describeConfig, redactConfig } from '../../platform/config/describe-config.ts';
import { addConfigOptions, configFrom } from '../config-options.ts';
import { processConfigs } from '../process-configs.ts';
import { standalone } from '../standalone.ts';

/** `gaitkeeper config list | print | check | schema`. */
export function addConfigCommand(program: Command): void {
  const config = program.command('config').summary('the settings: list them, check them, print what is in force');

  config
    .command('list')
    .summary('every setting with its default')
    .addOption(processOption())
    .option('--json', 'print as JSON')
    .addHelpText('after', '\nExample:\n  gaitkeeper config list --process scorer')
    .action((options: { process?: string; json?: boolean }) => {
      const chosen = processConfigs.filter((each) => options.process === undefined || each.process === options.process);
      const rows = chosen.map((each) => ({ process: each.process, settings: describeConfig(each) }));
      process.stdout.write(options.json === true ? `${JSON.stringify(rows, null, 2)}\n` : rows.map(listing).join('\n'));
    });

  for (const definition of processConfigs) addPrintAndCheck(config, definition);

  config
    .command('schema')
    .summary('JSON Schema of the settings file, for editors')
    .addHelpText('after', '\nExample:\n  gaitkeeper config schema > gaitkeeper.schema.json')
    .action(() => {
      process.stdout.write(`${JSON.stringify(configJsonSchema(processConfigs), null, 2)}\n`);
    });
}

function addPrintAndCheck(config: Command, definition: ConfigDefinition): void {
  for (const verb of ['print', 'check'] as const) {
    const parent = config.commands.find((command) => command.name() === verb) ?? config.command(verb);
    parent.summary(
      verb === 'print' ? 'the settings in force, secrets redacted' : 'exit 78 and every mistake, or exit 0',
    );
    addConfigOptions(parent.command(definition.process), definition)
      .addHelpText('after', `\nExample:\n  gaitkeeper config ${verb} ${definition.process} --config gaitkeeper.yaml`)
      .action((options: Record<string, unknown>) => {
        // Whoever prints may still be at it; what is checked is to be started.
        const values = configFrom(verb === 'check' ? standalone(definition) : definition, options, process.env);
        const shown =
          verb === 'print'
            ? JSON.stringify(redactConfig(definition, values), null, 2)
            : `${definition.process}: the settings are fine`;
        process.stdout.write(`${shown}\n`);
      });
  }
}

function processOption(): Option {
  return new Option('--process <name>', 'only this process').choices(processConfigs.map((each) => each.process));
}

function listing({
  process: name,
  settings,
}: {
  process: string;
  settings: ReturnType<typeof describeConfig>;
}): string {
  const lines = settings.map(
    ({ key, env, type, default: standard, required }) =>
      `  ${key.padEnd(32)} ${(required ? 'required' : (standard ?? 'not set')).padEnd(26)} ${type}\n  ${''.padEnd(32)} ${env}\n`,
  );
  return `${name}\n${lines.join('')}`;
}
