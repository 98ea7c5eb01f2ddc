import { z } from 'zod';
import type { ConfigDefinition, ConfigOf } from './define-config.ts';
import { expectedWords, type SettingJsonSchema, settingJsonSchema } from './setting.ts';
import { environmentNameOf, flagNameOf } from './setting-names.ts';

/** One setting as documentation shows it. */
export interface SettingRow {
  key: string;
  env: string;
  flag: string;
  /** The accepted values in words. */
  type: string;
  unit: string | undefined;
  /** As one would write it in YAML; `undefined` where there is none. */
  default: string | undefined;
  /** Whether the process refuses to start without it. */
  required: boolean;
  description: string;
  secret: boolean;
  example: string | undefined;
}

/** The settings of a process in the order of their definition. */
export function describeConfig(definition: ConfigDefinition): SettingRow[] {
  return Object.entries(definition.settings).map(([key, of]) => {
    const schema = settingJsonSchema(of);
    return {
      key,
      env: environmentNameOf(key),
      flag: flagNameOf(key),
      type: expectedWords(schema),
      unit: of.unit,
      default: defaultText(schema),
      required: !of.schema.safeParse(undefined).success,
      description: of.description,
      secret: of.secret === true,
      example: of.example,
    };
  });
}

function defaultText(schema: SettingJsonSchema): string | undefined {
  return schema.default === undefined ? undefined : JSON.stringify(schema.default);
}

/** The configuration with every secret that is set replaced, for printing. */
export function redactConfig<Definition extends ConfigDefinition>(
  definition: Definition,
  config: ConfigOf<Definition>,
): Record<string, unknown> {
  const shown = Object.entries(config).map(([key, value]): [string, unknown] => {
    const isSecret = definition.settings[key]?.secret === true && value !== undefined && value !== '';
    return [key, isSecret ? '[redacted]' : value];
  });
  return Object.fromEntries(shown);
}

/** JSON Schema of the configuration file that serves the given processes, for editors. Nothing is required: flags and environment may fill in. */
export function configJsonSchema(definitions: readonly ConfigDefinition[]): Record<string, unknown> {
  const properties = definitions.flatMap(({ settings }) =>
    Object.entries(settings).map(
      ([key, { schema, description }]) => [key, schema.optional().meta({ description })] as const,
    ),
  );
  const file = z.strictObject(Object.fromEntries(properties.toReversed()));
  return z.toJSONSchema(file, { io: 'input', unrepresentable: 'any' });
}
