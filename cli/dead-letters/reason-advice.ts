import type { DecodeFailure } from '../../schemas/decoded.ts';

const pastTheGateway =
  'the gateway lets no such record through: somebody else writes to the topic. Check who may (ACLs)';
const otherVersion =
  'a newer version wrote it than the stage could read: update the stages before the gateway, then replay';
const publishAgain =
  'do not replay: train and activate again (`gaitkeeper train`), as an old activation would undo a newer one';

/** What to do about records that could not be read, by reason. The same bytes are refused again until something has changed. */
const unreadable: Readonly<Record<DecodeFailure | 'key-mismatch', string>> = {
  empty: `a record without value; ${pastTheGateway}`,
  'too-large': pastTheGateway,
  'unknown-framing': pastTheGateway,
  'unknown-schema': otherVersion,
  truncated: pastTheGateway,
  'trailing-bytes': pastTheGateway,
  'too-many-items': pastTheGateway,
  malformed: pastTheGateway,
  'out-of-range': otherVersion,
  'not-json': pastTheGateway,
  'unknown-field': pastTheGateway,
  'key-mismatch': `the record's key is not its subject; ${pastTheGateway}. A replay would be refused again`,
};

/** What an operator does about dead letters of this reason. */
export function adviceFor(reason: string): string {
  if (reason === 'template-foreign') {
    return 'do not replay: the activation names a template of somebody else. Check who may write activations';
  }
  if (reason === 'too-many-rulings') {
    return 'more rulings on one person than one verdict can tell: say it again (`gaitkeeper feedback`) once the person has worked on';
  }
  if (reason === 'webhook-failed') {
    return 'do not replay: it has expired. The identity system did not take the request; the detail says why, and the incident stands with its alert';
  }
  if (reason === 'too-many-rules') {
    return 'do not replay: a tenant has more suppression rules in force than are kept. Take some back (`gaitkeeper suppress list`), and give it again';
  }
  if (reason.startsWith('template-')) return publishAgain;
  return Object.hasOwn(unreadable, reason)
    ? unreadable[reason as keyof typeof unreadable]
    : 'a reason that this version does not know: `gaitkeeper dead-letters show` has the detail';
}
