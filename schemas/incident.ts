import type { InputRoute, Pseudonym } from '../detection/words/behaviour.ts';
import {
  type Contribution,
  type Decision,
  type Evidence,
  type Modality,
  type RulingWord,
  rulingWords,
  type TemplateKind,
  type Verdict,
} from '../detection/words/verdict.ts';
import { counter, epochMs, maxTenantCharacters } from './batch-limits.ts';
import {
  type Bounds,
  isFiniteWithin,
  isHex,
  isWhole,
  notHex,
  outOfBounds,
  problemOfEach,
  problemOfLength,
  problemOfText,
} from './bounds.ts';
import { type Codec, createCodec } from './codec.ts';
import { type ConfluentIds, defaultConfluentIds, loadSchema } from './stored-schemas.ts';

/** What an incident is about. A subject has at most one open incident of each on a device. */
export const incidentPatterns = ['behaviour-mismatch', 'input-injection', 'activity-surprise'] as const;
/** One of {@link incidentPatterns}. */
export type IncidentPattern = (typeof incidentPatterns)[number];

/** How bad an incident is. One scale inside; every format maps it in its own file. */
export const severities = ['low', 'medium', 'high', 'critical'] as const;
/** One of {@link severities}. */
export type Severity = (typeof severities)[number];

/** What a revision says: it began (again), its severity rose, there is something new to say, it is over. */
export const incidentStates = ['open', 'escalated', 'updated', 'closed'] as const;
/** One of {@link incidentStates}. */
export type IncidentState = (typeof incidentStates)[number];

/**
 * Why an incident is over. `calm`: enough calm verdicts in a row; `silence`: nothing high for hours; `false-positive` and
 * `benign-known`: an analyst said so; `displaced`: the subject has too many at once and this is the oldest.
 */
export const closingReasons = ['none', 'calm', 'silence', 'false-positive', 'benign-known', 'displaced'] as const;
/** One of {@link closingReasons}. */
export type ClosingReason = (typeof closingReasons)[number];

/** What an analyst said of an incident last. */
export const incidentRulings = ['none', ...rulingWords] as const;
/** One of {@link incidentRulings}. */
export type IncidentRuling = 'none' | RulingWord;

/** A contribution with the modality that it comes from. */
export type IncidentContribution = Contribution & { modality: Modality };

/** What is known of an incident as of one verdict. The last revision repeats what earlier ones said and is still so. */
export interface IncidentRevision {
  /** First 16 bytes of SHA-256 over tenant, subject, device, pattern and where the incident began. */
  incidentId: Pseudonym;
  /** From 1. */
  revision: number;
  state: IncidentState;
  /** `none` unless `closed`. */
  closedBecause: ClosingReason;
  ruling: IncidentRuling;
  /** How often it began again within its cool-down. */
  reopenings: number;
  tenant: string;
  subject: Pseudonym;
  device: Pseudonym;
  /** Of the verdict that made this revision, as are `host`, `inputRoute`, `risk` and everything about its template. */
  session: Pseudonym;
  host: Pseudonym | null;
  inputRoute: InputRoute;
  pattern: IncidentPattern;
  /** The highest that it reached since it last began. */
  severity: Severity;
  /** 0..100. */
  risk: number;
  /** 0..100, since it last began. */
  highestRisk: number;
  /** When the gateway received the first high-risk batch. */
  startedAtMs: number;
  /** When the gateway received the batch whose verdict made this revision. */
  atMs: number;
  lastHighAtMs: number;
  /** High-risk verdicts since it last began. */
  highVerdicts: number;
  openingVerdictId: Pseudonym;
  /** The verdict that made this revision, and where its batch stands. */
  verdictId: Pseudonym;
  source: Verdict['source'];
  /** That batch's number on its device. */
  sequence: number;
  decision: Decision;
  degraded: boolean;
  templateKind: TemplateKind;
  templateVersion: string;
  templateTrainedAtMs: number;
  templateSamples: number;
  evidence: Evidence[];
  /** Of the last high-risk verdict, strongest first. */
  contributions: IncidentContribution[];
}

/** What one revision may hold. */
export const incidentLimits = {
  bytes: 16_384,
  evidence: 16,
  contributions: 8,
  nameCharacters: 128,
  topicCharacters: 249,
} as const;

const risk: Bounds = { min: 0, max: 100 };
/** A share is a quotient of sums: it may pass 1 by rounding. */
const share: Bounds = { min: -1e-6, max: 1 + 1e-6 };
const finite: Bounds = { min: -Number.MAX_VALUE, max: Number.MAX_VALUE };
const fromNone: Bounds = { min: 0, max: 0x7fffffff };
const fromOne: Bounds = { min: 1, max: 0x7fffffff };

/** Codec of incident revisions. */
export function createIncidentCodec(confluentIds: ConfluentIds = defaultConfluentIds()): Codec<IncidentRevision> {
  return createCodec({
    versions: loadSchema('incident'),
    confluentIds,
    maxBytes: incidentLimits.bytes,
    limits: {
      maxItems: incidentLimits.evidence + incidentLimits.contributions,
      maxItemsAt: { evidence: incidentLimits.evidence, contributions: incidentLimits.contributions },
    },
    problemOf: problemOfIncident,
  });
}

/** The first thing that is wrong with a revision of the right shape; `undefined` for a valid one. */
export function problemOfIncident(incident: IncidentRevision): string | undefined {
  const { state, closedBecause } = incident;
  if ((state === 'closed') === (closedBecause === 'none')) {
    return `closedBecause is ${closedBecause} and state ${state}: a reason goes with closed, and only with it`;
  }
  return (
    problemOfIdentity(incident) ??
    problemOfTimes(incident) ??
    problemOfNumbers(incident) ??
    problemOfLength('evidence', incident.evidence.length, incidentLimits.evidence) ??
    problemOfEach('evidence', incident.evidence, problemOfEvidence) ??
    problemOfLength('contributions', incident.contributions.length, incidentLimits.contributions) ??
    problemOfEach('contributions', incident.contributions, problemOfContribution)
  );
}

function problemOfIdentity(incident: IncidentRevision): string | undefined {
  const { host, templateVersion, source } = incident;
  for (const name of ['incidentId', 'subject', 'device', 'session', 'openingVerdictId', 'verdictId'] as const) {
    if (!isHex(incident[name], 16)) return notHex(name, 16);
  }
  if (host !== null && !isHex(host, 16)) return notHex('host', 16);
  if (templateVersion !== '' && !isHex(templateVersion, 32)) return notHex('templateVersion', 32);
  if (!isWhole(source.partition, fromNone)) return outOfBounds('source.partition', source.partition, fromNone);
  if (!isWhole(source.offset, counter)) return outOfBounds('source.offset', source.offset, counter);
  return (
    problemOfText('source.topic', source.topic, incidentLimits.topicCharacters) ??
    problemOfText('tenant', incident.tenant, maxTenantCharacters)
  );
}

function problemOfTimes(incident: IncidentRevision): string | undefined {
  for (const name of ['startedAtMs', 'atMs', 'lastHighAtMs', 'templateTrainedAtMs'] as const) {
    if (!isWhole(incident[name], epochMs)) return outOfBounds(name, incident[name], epochMs);
  }
  return undefined;
}

function problemOfNumbers(incident: IncidentRevision): string | undefined {
  const { revision, reopenings, highVerdicts, sequence, templateSamples } = incident;
  if (!isWhole(revision, fromOne)) return outOfBounds('revision', revision, fromOne);
  if (!isWhole(reopenings, fromNone)) return outOfBounds('reopenings', reopenings, fromNone);
  if (!isWhole(highVerdicts, fromNone)) return outOfBounds('highVerdicts', highVerdicts, fromNone);
  if (!isWhole(sequence, counter)) return outOfBounds('sequence', sequence, counter);
  if (!isWhole(templateSamples, counter)) return outOfBounds('templateSamples', templateSamples, counter);
  for (const name of ['risk', 'highestRisk'] as const) {
    if (!isFiniteWithin(incident[name], risk)) return outOfBounds(name, incident[name], risk);
  }
  return undefined;
}

function problemOfEvidence({ value, threshold }: Evidence): string | undefined {
  if (!Number.isFinite(value)) return outOfBounds('value', value, finite);
  return Number.isFinite(threshold) ? undefined : outOfBounds('threshold', threshold, finite);
}

function problemOfContribution(contribution: IncidentContribution): string | undefined {
  const { feature, observed, typical, unit } = contribution;
  if (!Number.isFinite(observed)) return outOfBounds('observed', observed, finite);
  if (!Number.isFinite(typical)) return outOfBounds('typical', typical, finite);
  if (!isFiniteWithin(contribution.share, share)) return outOfBounds('share', contribution.share, share);
  return (
    problemOfText('feature', feature, incidentLimits.nameCharacters) ??
    problemOfText('unit', unit, incidentLimits.nameCharacters)
  );
}
