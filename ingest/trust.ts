import { readFileSync } from 'node:fs';
import type { ConfigProblem } from '../platform/config/config-problem.ts';
import type { IngestConfig } from './config.ts';
import { parseDeviceKeySet, type TokenTrust } from './device-token.ts';

/** Whom to believe, or why the key set cannot be used. */
export type TrustOutcome = { ok: true; trust: TokenTrust } | { ok: false; problem: ConfigProblem };

/** Whom the configured gateway believes: the keys of the key set, or the secret of the development mode. */
export function loadTrust({ ingestDevelopmentSecret, ingestJwksFile }: IngestConfig): TrustOutcome {
  if (ingestDevelopmentSecret !== undefined) {
    return { ok: true, trust: { kind: 'development-secret', secret: Buffer.from(ingestDevelopmentSecret) } };
  }
  const parsed = readKeySet(ingestJwksFile ?? '');
  if (parsed.ok) return { ok: true, trust: { kind: 'public-keys', keySet: parsed.keySet } };
  const fix = 'name a readable JSON Web Key Set of public Ed25519 or P-256 keys';
  return {
    ok: false,
    problem: { what: 'ingestJwksFile', where: ingestJwksFile ?? 'nowhere', why: parsed.detail, fix },
  };
}

function readKeySet(path: string): ReturnType<typeof parseDeviceKeySet> {
  try {
    return parseDeviceKeySet(readFileSync(path, 'utf8'));
  } catch (error) {
    return { ok: false, detail: `cannot be read: ${error instanceof Error ? error.message : String(error)}` };
  }
}
