import { createHash } from 'node:crypto';
import { alertRulesVersion } from '../formats/rules-version.ts';
import type { Alert, HeldBackAlert, IncidentAlert } from './alert.ts';

/** An alert that has no id yet. */
export type UnnamedAlert = Omit<IncidentAlert, 'id'> | Omit<HeldBackAlert, 'id'>;

const idBytes = 16;

/**
 * The id of an alert: the first 16 bytes of SHA-256, hexadecimal, over everything that it says and the version of the rules
 * that put it into words. Two alerts of one id have the same bytes in each format, also where the directory was told
 * something new between a crash and the replay.
 */
export function alertIdOf(alert: UnnamedAlert): Alert['id'] {
  const said = canonicalJson({ rulesVersion: alertRulesVersion, alert });
  return createHash('sha256')
    .update(said)
    .digest('hex')
    .slice(0, 2 * idBytes);
}

/** JSON with the names of every object in order, so that it does not tell how the object was put together. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) =>
    typeof each === 'object' && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  );
}
