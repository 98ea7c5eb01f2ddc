import type { ConfigDefinition, ConfigOf } from '../../platform/config/define-config.ts';
import { loadConfig } from '../../platform/config/load-config.ts';

/** A process's settings in a trial: its defaults, and of `given` what it knows. @throws for a setting that it would refuse */
export function settingsOf<Definition extends ConfigDefinition>(
  definition: Definition,
  given: Readonly<Record<string, unknown>>,
): ConfigOf<Definition> {
  const flags = Object.fromEntries(Object.entries(given).filter(([key]) => key in definition.settings));
  const loaded = loadConfig(definition, { flags });
  if (!loaded.ok) throw new Error(loaded.message);
  return loaded.config;
}
