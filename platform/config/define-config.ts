import type { z } from 'zod';
import type { Setting } from './setting.ts';
import { assertSettingKey } from './setting-names.ts';

/** The settings of a process by their key: flat, camelCase, with unit suffixes. */
export type Settings = Readonly<Record<string, Setting>>;

/** The values of settings. A setting without value is present and `undefined`. */
export type ValuesOf<Table extends Settings> = { readonly [Key in keyof Table]: z.output<Table[Key]['schema']> };

/** What a rule has against a configuration whose every single value is fine. */
export interface RuleBreach {
  /** The key to change. */
  key: string;
  why: string;
  fix: string;
}

/** A condition on several settings of one process at once. `undefined` when it holds. */
export type ConfigRule<Table extends Settings> = (config: ValuesOf<Table>) => RuleBreach | undefined;

/** Everything one process can be told, the only source of its types, checks and documentation. */
export interface ConfigDefinition<Table extends Settings = Settings> {
  /** The process, as on the command line. */
  process: string;
  settings: Table;
  // A method, so that a definition with known keys is also a `ConfigDefinition`.
  breaches(config: ValuesOf<Table>): RuleBreach[];
}

/** The configuration that a definition yields. */
export type ConfigOf<Definition extends ConfigDefinition> = ValuesOf<Definition['settings']>;

/** @throws on a key that cannot be an environment variable and a flag. */
export function defineConfig<const Table extends Settings>(
  process: string,
  settings: Table,
  rules: readonly ConfigRule<Table>[] = [],
): ConfigDefinition<Table> {
  for (const key of Object.keys(settings)) assertSettingKey(key);
  return {
    process,
    settings,
    breaches: (config) => rules.map((rule) => rule(config)).filter((breach) => breach !== undefined),
  };
}

/** Every key that any of the processes knows: one file and one environment serve them all. */
export function knownKeysOf(definitions: readonly ConfigDefinition[]): ReadonlySet<string> {
  return new Set(definitions.flatMap(({ settings }) => Object.keys(settings)));
}
