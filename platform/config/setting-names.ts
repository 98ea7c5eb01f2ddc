/** What every environment variable of ours begins with. */
export const environmentPrefix = 'GAITKEEPER_';

const keyPattern = /^[a-z][a-z0-9]*([A-Z][a-z0-9]*)*$/;

/** @throws on a key that is not camelCase, or that does not survive the way through the environment and back. */
export function assertSettingKey(key: string): void {
  if (!keyPattern.test(key) || keyOfEnvironmentName(environmentNameOf(key)) !== key) {
    throw new Error(`setting ${key} must be named in camelCase, each word beginning with a letter`);
  }
}

/** `redisCommandTimeoutMs` is `GAITKEEPER_REDIS_COMMAND_TIMEOUT_MS`. */
export function environmentNameOf(key: string): string {
  return `${environmentPrefix}${key.replace(/[A-Z]/g, (capital) => `_${capital}`).toUpperCase()}`;
}

/** The reverse of {@link environmentNameOf}. */
export function keyOfEnvironmentName(name: string): string {
  const words = name.slice(environmentPrefix.length).toLowerCase();
  return words.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** `redisCommandTimeoutMs` is `--redis-command-timeout-ms`. */
export function flagNameOf(key: string): string {
  return `--${key.replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`)}`;
}
