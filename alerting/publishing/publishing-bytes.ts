import { freshCap, type HourlyCap } from './hourly-cap.ts';
import type { KeptRule } from './kept-rules.ts';
import type { KnownIncident, PublishingState } from './publish-revision.ts';

/** What the publishing stage keeps under a key: what was told of a tenant's incidents, or its suppression rules. */
export type PublishingStageState =
  | { kind: 'publishing'; publishing: PublishingState }
  | { kind: 'rules'; rules: readonly KeptRule[] };

/** First byte of each kind of state; JSON follows. A reader refuses every other one. */
const tags = { publishing: 1, rules: 2 } as const;
const rulesPrefix = 'rules:';

/** Under which key a partition keeps what was told of a tenant's incidents. */
export function publishingKeyOf(tenant: string): string {
  return `publishing:${tenant}`;
}

/** Under which key a partition keeps a tenant's suppression rules. */
export function rulesKeyOf(tenant: string): string {
  return rulesPrefix + tenant;
}

interface StoredPublishing {
  cap: HourlyCap;
  incidents: [string, KnownIncident][];
}

/** The state of a key never seen before, or from its bytes. @throws TypeError where another version wrote them */
export function decodePublishing(bytes: Buffer | undefined, key: string): PublishingStageState {
  const isRules = key.startsWith(rulesPrefix);
  if (bytes === undefined) {
    return isRules
      ? { kind: 'rules', rules: [] }
      : { kind: 'publishing', publishing: { cap: freshCap, incidents: new Map() } };
  }
  if (bytes[0] !== (isRules ? tags.rules : tags.publishing)) {
    throw new TypeError(`a stored state of publishing has the unknown tag ${bytes[0]}`);
  }
  const json = bytes.toString('utf8', 1);
  if (isRules) return { kind: 'rules', rules: JSON.parse(json) as KeptRule[] };
  const { cap, incidents } = JSON.parse(json) as StoredPublishing;
  return { kind: 'publishing', publishing: { cap, incidents: new Map(incidents) } };
}

/** The bytes of a state, the same for the same state. */
export function encodePublishing(state: PublishingStageState): Buffer {
  switch (state.kind) {
    case 'publishing': {
      const { cap, incidents } = state.publishing;
      return tagged(tags.publishing, { cap, incidents: [...incidents] } satisfies StoredPublishing);
    }
    case 'rules':
      return tagged(tags.rules, state.rules);
  }
}

function tagged(tag: number, value: unknown): Buffer {
  return Buffer.concat([Buffer.of(tag), Buffer.from(JSON.stringify(value))]);
}
