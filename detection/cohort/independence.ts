import type { Background } from './background.ts';

/** Whether users may be judged for a report, or who of them is part of the background. */
export type Independence = { ok: true } | { ok: false; reason: 'contributed'; users: readonly string[] };

/**
 * A figure measured on somebody who helped to make the background is flattered: refuses such users, by name. Impostors
 * are users here too: a background that knows them flatters just as much.
 */
export function independentOf(background: Background, users: readonly string[]): Independence {
  const contributors = new Set(background.contributors);
  const contributed = users.filter((user) => contributors.has(user));
  return contributed.length === 0 ? { ok: true } : { ok: false, reason: 'contributed', users: contributed };
}
