import type { ClosingReason, IncidentRevision, IncidentRuling, Severity } from '../../schemas/incident.ts';
import type { AttackConfidence } from './attack-techniques.ts';

/** A number of an OCSF enumeration with its caption. */
export interface OcsfWord {
  id: number;
  caption: string;
}

/** Captions of `severity_id`. */
export const severityCaptions = {
  low: 'Low',
  medium: 'Medium',
  high: 'High',
  critical: 'Critical',
} as const satisfies Record<Severity, string>;

/** `confidence_id`: how far behaviour alone supports the first technique. */
export const confidenceWords = {
  low: { id: 1, caption: 'Low' },
  medium: { id: 2, caption: 'Medium' },
  high: { id: 3, caption: 'High' },
} as const satisfies Record<AttackConfidence, OcsfWord>;

/** `verdict_id` of the Incident profile; none where no analyst said anything. */
export const verdictWords = {
  none: undefined,
  confirmed: { id: 2, caption: 'True Positive' },
  'false-positive': { id: 1, caption: 'False Positive' },
  'benign-known': { id: 5, caption: 'Benign' },
  unsure: { id: 7, caption: 'Insufficient Data' },
} as const satisfies Record<IncidentRuling, OcsfWord | undefined>;

/** `verdict_id` of a test. */
export const testVerdict = { id: 6, caption: 'Test' } as const satisfies OcsfWord;

const created = { id: 1, caption: 'Create' } as const;
const updated = { id: 2, caption: 'Update' } as const;
const closed = { id: 3, caption: 'Close' } as const;

/** `activity_id`: a finding is created once; one that begins again within its cool-down is the same finding. */
export function activityOf({ state, reopenings }: Pick<IncidentRevision, 'state' | 'reopenings'>): OcsfWord {
  switch (state) {
    case 'open':
      return reopenings === 0 ? created : updated;
    case 'escalated':
    case 'updated':
      return updated;
    case 'closed':
      return closed;
  }
}

const statusWhenClosed = {
  none: 'Resolved',
  calm: 'Resolved',
  silence: 'Resolved',
  displaced: 'Archived',
  'false-positive': 'Suppressed',
  'benign-known': 'Suppressed',
} as const satisfies Record<ClosingReason, string>;

const statusIds = { New: 1, 'In Progress': 2, Suppressed: 3, Resolved: 4, Archived: 5 } as const;

/** `status_id`: new until an analyst said something; suppressed where one said that it is harmless. */
export function statusOf({ state, closedBecause, ruling }: IncidentRevision): OcsfWord {
  const open = ruling === 'none' ? 'New' : 'In Progress';
  const caption = state === 'closed' ? statusWhenClosed[closedBecause] : open;
  return { id: statusIds[caption], caption };
}
