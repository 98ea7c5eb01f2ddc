import type { Injectable } from './row.ts';

/** Injectable where everything was found; else the first that was not says what would bring it. */
export function needs(...found: readonly ({ ok: true } | { ok: false; detail: string })[]): Injectable {
  for (const each of found) if (!each.ok) return { ok: false, reason: each.detail };
  return { ok: true };
}
