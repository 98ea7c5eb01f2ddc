import { type ConfigFile, readConfigFile } from './config-file.ts';
import { type ConfigProblem, type GivenValue, problemMessage, refusedValue, unknownSetting } from './config-problem.ts';
import type { ConfigDefinition, ConfigOf } from './define-config.ts';
import { readSecretFile } from './secret-file.ts';
import { type SettingJsonSchema, settingJsonSchema } from './setting.ts';
import { environmentNameOf, environmentPrefix, flagNameOf, keyOfEnvironmentName } from './setting-names.ts';
import { valueOfText } from './text-value.ts';

/** Where settings are given, strongest first. */
export interface ConfigSources {
  /** By setting key, as a command-line parser yields them; `undefined` is not given. Lists also as arrays. */
  flags?: Readonly<Record<string, unknown>>;
  /** The whole environment; an empty variable counts as not set. */
  env?: Readonly<Record<string, string | undefined>>;
  file?: ConfigFile;
  /** Keys of every process, see `knownKeysOf`: allowed in environment and file, where they are other processes' business. */
  knownKeys?: ReadonlySet<string>;
  /** Reads the file that a `_FILE` variable names; throws when it cannot. */
  readSecret?: (path: string) => string;
}

/** `message` names every problem at once, for a terminal. */
export type ConfigOutcome<Config> =
  | { ok: true; config: Config }
  | { ok: false; problems: readonly ConfigProblem[]; message: string };

/** Variables that are not settings of a process: of the tests, of the recordings, of where things are, of the build. */
const freeVariables = /^GAITKEEPER_(TEST_.*|DATASETS|CONFIG|CACHE|BUILD_COMMIT)$/;

type GivenByKey = Map<string, GivenValue>;

/** A process's settings from flags, else environment, else file, else defaults; or everything that is wrong with them. */
export function loadConfig<Definition extends ConfigDefinition>(
  definition: Definition,
  sources: ConfigSources,
): ConfigOutcome<ConfigOf<Definition>> {
  const schemas = new Map(Object.entries(definition.settings).map(([key, of]) => [key, settingJsonSchema(of)]));
  const problems: ConfigProblem[] = [];
  const layers = [
    fromFlags(schemas, sources, problems),
    fromEnvironment(definition, schemas, sources, problems),
    fromFile(schemas, sources, problems),
  ];

  const givenOf = (key: string) => layers.find((layer) => layer.has(key))?.get(key);

  const config: Record<string, unknown> = {};
  for (const [key, of] of Object.entries(definition.settings)) {
    const given = givenOf(key);
    const parsed = of.schema.safeParse(given?.value);
    if (parsed.success) config[key] = parsed.data;
    else problems.push(refusedValue(key, of, given, parsed.error.issues));
  }
  // Every key was just checked by the schema that its type comes from; rules see complete configurations only.
  const complete = Object.freeze(config) as ConfigOf<Definition>;
  if (Object.keys(config).length === schemas.size) {
    for (const { key, why, fix } of definition.breaches(complete)) {
      problems.push({ what: key, where: givenOf(key)?.where ?? 'by default', why, fix });
    }
  }
  if (problems.length === 0) return { ok: true, config: complete };
  return { ok: false, problems, message: problemMessage(definition.process, problems) };
}

function fromFlags(
  schemas: Map<string, SettingJsonSchema>,
  sources: ConfigSources,
  problems: ConfigProblem[],
): GivenByKey {
  const given: GivenByKey = new Map();
  for (const [key, value] of Object.entries(sources.flags ?? {})) {
    const schema = schemas.get(key);
    if (value === undefined) continue;
    if (schema === undefined) {
      problems.push(unknownSetting(flagNameOf(key), 'command line', [...schemas.keys()].map(flagNameOf)));
    } else {
      given.set(key, { value: typeof value === 'string' ? valueOfText(schema, value) : value, where: flagNameOf(key) });
    }
  }
  return given;
}

function fromEnvironment(
  definition: ConfigDefinition,
  schemas: Map<string, SettingJsonSchema>,
  { env = {}, knownKeys = new Set(), readSecret = readSecretFile }: ConfigSources,
  problems: ConfigProblem[],
): GivenByKey {
  const given: GivenByKey = new Map();
  const ours = Object.entries(env).filter(([name]) => name.startsWith(environmentPrefix) && !freeVariables.test(name));
  for (const [name, text] of ours) {
    if (text === undefined || text === '') continue;
    const key = keyOfEnvironmentName(name);
    const schema = schemas.get(key);
    const secretKey = name.endsWith('_FILE') ? keyOfEnvironmentName(name.slice(0, -'_FILE'.length)) : undefined;
    if (schema !== undefined) given.set(key, { value: valueOfText(schema, text), where: name });
    else if (secretKey !== undefined && definition.settings[secretKey]?.secret === true) {
      readInto(given, secretKey, { name, path: text });
    } else if (
      !knownKeys.has(key) &&
      !(secretKey !== undefined && !schemas.has(secretKey) && knownKeys.has(secretKey))
    ) {
      problems.push(unknownSetting(name, 'environment', [...schemas.keys(), ...knownKeys].map(environmentNameOf)));
    }
  }
  return given;

  function readInto(into: GivenByKey, key: string, { name, path }: { name: string; path: string }): void {
    const direct = environmentNameOf(key);
    if (env[direct] !== undefined && env[direct] !== '') {
      problems.push({ what: name, where: 'environment', why: `${direct} is set as well`, fix: `unset one of the two` });
      return;
    }
    try {
      into.set(key, { value: readSecret(path), where: name });
    } catch (error) {
      const why = `cannot read ${path}: ${error instanceof Error ? error.message : String(error)}`;
      problems.push({
        what: name,
        where: 'environment',
        why,
        fix: 'name a readable file that holds nothing but the secret',
      });
    }
  }
}

function fromFile(
  schemas: Map<string, SettingJsonSchema>,
  { file, knownKeys = new Set() }: ConfigSources,
  problems: ConfigProblem[],
): GivenByKey {
  const given: GivenByKey = new Map();
  if (file === undefined) return given;
  const read = readConfigFile(file);
  problems.push(...read.problems);
  for (const { key, value, where } of read.entries) {
    if (schemas.has(key)) {
      // `key:` with nothing behind it is not set, as an empty variable is not.
      if (value !== null) given.set(key, { value, where });
    } else if (!knownKeys.has(key)) problems.push(unknownSetting(key, where, [...schemas.keys(), ...knownKeys]));
  }
  return given;
}
