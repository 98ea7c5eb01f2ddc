import { hash, timingSafeEqual } from 'node:crypto';

/** Who may rule on incidents, and whose. */
export interface Analyst {
  /** As the rulings name them. */
  name: string;
  /** The one tenant whose incidents are theirs; `undefined`: every tenant's. */
  tenant: string | undefined;
}

/** Finds the analyst whose token it is. */
export type AnalystTokens = (token: string) => Analyst | undefined;

/** A tokens file as read, or which line is wrong and why. */
export type ReadAnalystTokens = { ok: true; tokens: AnalystTokens; analysts: number } | { ok: false; detail: string };

/** Every request is compared with each of them. */
const maxAnalysts = 1_000;
const everyTenant = '*';
const linePattern = /^(?<name>[\w.@-]{1,128})\s+(?<tenant>\*|[a-z0-9][a-z0-9-]{0,62})\s+(?<digest>[0-9a-fA-F]{64})$/;

/**
 * Reads lines of `name tenant sha256-of-the-token`, `*` for every tenant; `#` begins a comment. The file holds no token, so
 * that whoever reads it cannot speak as anybody. One name may stand in several lines while a token follows another.
 */
export function readAnalystTokens(text: string): ReadAnalystTokens {
  const known: { analyst: Analyst; digest: Buffer }[] = [];
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const { name, tenant, digest } = linePattern.exec(line)?.groups ?? {};
    if (name === undefined || tenant === undefined || digest === undefined) {
      return { ok: false, detail: `line ${index + 1} is not \`name tenant sha256-of-the-token\`` };
    }
    if (known.length === maxAnalysts) return { ok: false, detail: `more than ${maxAnalysts} tokens` };
    const analyst = { name, tenant: tenant === everyTenant ? undefined : tenant };
    known.push({ analyst, digest: Buffer.from(digest, 'hex') });
  }
  if (known.length === 0) return { ok: false, detail: 'it names nobody' };

  function analystOf(token: string): Analyst | undefined {
    const digest = hash('sha256', token, 'buffer');
    let found: Analyst | undefined;
    // All of them, each in the same time: how long an answer takes tells nothing of the tokens.
    for (const each of known) if (timingSafeEqual(each.digest, digest)) found = each.analyst;
    return found;
  }
  return { ok: true, tokens: analystOf, analysts: known.length };
}
