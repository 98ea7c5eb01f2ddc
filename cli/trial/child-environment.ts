import { environmentNameOf } from '../../platform/config/setting-names.ts';

/** The environment of a process of ours: the caller's without its own gaitkeeper settings, and `settings`, by their keys; `undefined` is not set. */
export function childEnvironment(
  settings: Readonly<Record<string, unknown>>,
  env: NodeJS.ProcessEnv,
): NodeJS.ProcessEnv {
  const own = Object.entries(env).filter(([name]) => !name.startsWith('GAITKEEPER_') || name === 'GAITKEEPER_CACHE');
  const ours = Object.entries(settings)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => [environmentNameOf(key), String(value)]);
  return Object.fromEntries([...own, ...ours]);
}
