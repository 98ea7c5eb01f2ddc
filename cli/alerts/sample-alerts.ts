import { hash } from 'node:crypto';
import type { Alert, HeldBackAlert, IncidentAlert } from '../../alerting/alerts/alert.ts';
import { alertIdOf } from '../../alerting/alerts/alert-id.ts';
import type { IncidentContribution, IncidentRevision } from '../../schemas/incident.ts';

/** What the samples are of, and when. */
export interface SampleOptions {
  /** The same seed, tenant and time give the same alerts. */
  seed: number;
  tenant: string;
  /** Of the last of them; the others are a minute apart. */
  atMs: number;
}

/** Nobody: a name that no directory has. */
const samplePerson = { name: 'sample.person', fullName: 'Sample Person', domain: 'EXAMPLE', groups: ['samples'] };
const sampleHost = 'sample-host.example';
const minuteMs = 60_000;
const hourMs = 3_600_000;
const dayMs = 86_400_000;

const slowHands: IncidentContribution = {
  modality: 'keystrokes',
  feature: 'hold-left-mean',
  observed: 212,
  typical: 118,
  unit: 'ms',
  direction: 'high',
  share: 0.41,
};
const evenPace: IncidentContribution = {
  modality: 'cadence',
  feature: 'press-press-spread',
  observed: 0.4,
  typical: 61,
  unit: 'ms',
  direction: 'low',
  share: 1,
};
const manyExports: IncidentContribution = {
  modality: 'activity',
  feature: 'exports',
  observed: 140,
  typical: 3,
  unit: 'times',
  direction: 'high',
  share: 1,
};

type Story = Pick<
  IncidentRevision,
  'pattern' | 'state' | 'severity' | 'risk' | 'revision' | 'decision' | 'closedBecause' | 'evidence' | 'contributions'
>;

/** One incident that opens, rises and closes, one of each other kind, and what is told of a flood. */
const stories: readonly (Story | 'held-back')[] = [
  mismatch({ state: 'open', severity: 'high', risk: 81.5, revision: 1 }),
  mismatch({ state: 'escalated', severity: 'critical', risk: 94.2, revision: 2 }),
  mismatch({ state: 'closed', severity: 'critical', risk: 21, revision: 3, closedBecause: 'calm' }),
  {
    ...{
      pattern: 'input-injection',
      state: 'open',
      severity: 'critical',
      risk: 97.3,
      revision: 1,
      decision: 'machine',
    },
    ...{ closedBecause: 'none', evidence: [{ clock: 'instant', value: 3.1, threshold: 1 }], contributions: [evenPace] },
  },
  {
    ...{ pattern: 'activity-surprise', state: 'open', severity: 'high', risk: 77, revision: 1, decision: 'suspicious' },
    ...{
      closedBecause: 'none',
      evidence: [{ clock: 'activity', value: 1.2, threshold: 1 }],
      contributions: [manyExports],
    },
  },
  'held-back',
];

function mismatch(
  given: Pick<Story, 'state' | 'severity' | 'risk' | 'revision'> & Partial<Pick<Story, 'closedBecause'>>,
): Story {
  const evidence = [{ clock: 'session' as const, value: given.risk / 62, threshold: 1 }];
  const said = { pattern: 'behaviour-mismatch' as const, decision: 'impostor' as const, evidence };
  return { ...said, closedBecause: 'none', contributions: [slowHands], ...given };
}

/** So many alerts about nobody, each marked as a test, that a SIEM can be tried with. */
export function sampleAlerts(count: number, { seed, tenant, atMs }: SampleOptions): Alert[] {
  return Array.from({ length: count }, (_, at) => {
    const story = stories[at % stories.length] ?? 'held-back';
    const round = Math.floor(at / stories.length);
    const idOf = (what: string) => hash('sha256', `sample|${seed}|${tenant}|${round}|${what}`, 'hex').slice(0, 32);
    const ownAtMs = atMs - (count - 1 - at) * minuteMs;
    return story === 'held-back' ? heldBackSample(tenant, ownAtMs) : incidentSample(story, tenant, ownAtMs, idOf);
  });
}

function incidentSample(story: Story, tenant: string, atMs: number, idOf: (what: string) => string): IncidentAlert {
  const verdictId = idOf(`verdict ${story.pattern} ${story.revision}`);
  const incident: IncidentRevision = {
    ...story,
    incidentId: idOf(`incident ${story.pattern}`),
    ruling: 'none',
    reopenings: 0,
    tenant,
    subject: idOf('subject'),
    device: idOf('device'),
    session: idOf('session'),
    host: idOf('host'),
    inputRoute: 'local',
    highestRisk: Math.max(story.risk, story.state === 'closed' ? 94.2 : 0),
    startedAtMs: atMs - (story.revision - 1) * minuteMs,
    atMs,
    lastHighAtMs: story.state === 'closed' ? atMs - minuteMs : atMs,
    highVerdicts: Math.min(2, story.revision),
    openingVerdictId: idOf(`verdict ${story.pattern} 1`),
    verdictId,
    source: { topic: 'sample', partition: 0, offset: story.revision },
    sequence: story.revision,
    degraded: false,
    templateKind: 'own',
    templateVersion: hash('sha256', 'sample template', 'hex'),
    templateTrainedAtMs: atMs - 2 * dayMs,
    templateSamples: 412,
  };
  const asks = story.state === 'open' || story.state === 'escalated';
  const alert = { kind: 'incident' as const, incident, person: samplePerson, hostName: sampleHost, asks, isTest: true };
  return { ...alert, id: alertIdOf(alert) };
}

function heldBackSample(tenant: string, atMs: number): HeldBackAlert {
  const fromMs = Math.floor(atMs / hourMs) * hourMs;
  const alert = {
    ...{ kind: 'held-back' as const, tenant, fromMs, untilMs: fromMs + hourMs, atMs, heldBack: 40, limit: 500 },
    bySeverity: { low: 0, medium: 0, high: 30, critical: 10 },
    byPattern: { 'behaviour-mismatch': 25, 'input-injection': 15, 'activity-surprise': 0 },
    isTest: true,
  };
  return { ...alert, id: alertIdOf(alert) };
}

/** The record key of an alert, as publishing writes it. */
export function sampleKeyOf(alert: Alert): Buffer {
  return Buffer.from(alert.kind === 'incident' ? alert.incident.subject : alert.tenant);
}

/** How many samples tell everything that an alert can. */
export const samplesOfEach = stories.length;
