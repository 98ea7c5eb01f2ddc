import { readFileSync } from 'node:fs';
import type { ConfigProblem } from '../../platform/config/config-problem.ts';
import type { AlertingConfig } from '../config.ts';
import { type AnalystApi, type AnalystApiDependencies, createAnalystApi } from './analyst-api.ts';
import { type ReadAnalystTokens, readAnalystTokens } from './analyst-tokens.ts';

/** The API, `undefined` where none is wanted, or what the operator must put right. */
export type ConfiguredAnalystApi = { ok: true; api: AnalystApi | undefined } | { ok: false; problem: ConfigProblem };

/** The analysts' API as configured. */
export function configuredAnalystApi(
  { alertApiPort: port, alertApiHost: host, alertApiTokensFile, alertApiRequestsPerMinute }: AlertingConfig,
  dependencies: Omit<AnalystApiDependencies, 'tokens'>,
): ConfiguredAnalystApi {
  if (port === undefined || alertApiTokensFile === undefined) return { ok: true, api: undefined };
  const read = readTokens(alertApiTokensFile);
  if (!read.ok) {
    const fix = 'name a readable file with a line `name tenant sha256-of-the-token` for each analyst';
    return { ok: false, problem: { what: 'alertApiTokensFile', where: alertApiTokensFile, why: read.detail, fix } };
  }
  const options = { host, port, requestsPerMinute: alertApiRequestsPerMinute };
  return { ok: true, api: createAnalystApi({ ...dependencies, tokens: read.tokens }, options) };
}

function readTokens(path: string): ReadAnalystTokens {
  try {
    return readAnalystTokens(readFileSync(path, 'utf8'));
  } catch (error) {
    return { ok: false, detail: `cannot be read: ${error instanceof Error ? error.message : String(error)}` };
  }
}
