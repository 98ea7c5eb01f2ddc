import type { StateScope } from './state-store.ts';

/**
 * Names in a hash tag must not close it, nor be confused with its separators.
 * @throws on a name that cannot be part of one.
 */
function assertTagName(name: string): void {
  if (!/^[A-Za-z0-9._-]+$/.test(name)) throw new Error(`${JSON.stringify(name)} cannot be part of a state key`);
}

/** `gk:{stage:topic:partition}:`, the same slot for everything in the scope. */
export function scopePrefix(keyPrefix: string, { stage, topic, partition }: StateScope): string {
  assertTagName(stage);
  assertTagName(topic);
  return `${keyPrefix}:{${stage}:${topic}:${partition}}:`;
}
