import { z } from 'zod';
import type { ConfigRule } from '../../platform/config/define-config.ts';
import { setting } from '../../platform/config/setting.ts';

/** What the analysts' API can be told. */
export const analystApiSettings = {
  alertApiPort: setting(z.int().min(0).max(65_535).optional(), {
    description:
      'Port of the API by which analysts rule on incidents (`POST /v1/incidents/{incidentId}/feedback`). Not set: no API; `gaitkeeper feedback` does the same. 0: any free port, named in the log.',
    example: '8090',
  }),
  alertApiHost: setting(z.string().min(1).default('127.0.0.1'), {
    description: "Address of the analysts' API. TLS is ended in front of it.",
    example: '0.0.0.0',
  }),
  alertApiTokensFile: setting(z.string().min(1).optional(), {
    description:
      'Who may use the API: lines of `name tenant sha256`, the digest being that of their bearer token (`printf %s "$TOKEN" | sha256sum`), the tenant `*` for every one. Read at start.',
    example: '/etc/gaitkeeper/analysts.txt',
  }),
  alertApiRequestsPerMinute: setting(z.int().min(1).max(1_000_000).default(120), {
    description: 'Requests that one analyst may send in a minute.',
  }),
};

/** What {@link analystApiSettings} must hold together. */
export const analystApiRules: ConfigRule<typeof analystApiSettings>[] = [
  ({ alertApiPort, alertApiTokensFile }) => {
    if ((alertApiPort === undefined) === (alertApiTokensFile === undefined)) return undefined;
    return alertApiPort === undefined
      ? { key: 'alertApiTokensFile', why: 'alertApiPort is not set, so it would not be used', fix: 'set both or none' }
      : { key: 'alertApiTokensFile', why: 'alertApiPort is set, and nobody could use the API', fix: 'name the file' };
  },
];
