import type { Contribution, Evidence, ModalityJudgement, Ruling, Verdict } from '../detection/words/verdict.ts';
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
  problemOfNumbers,
  problemOfText,
} from './bounds.ts';
import { type Codec, createCodec } from './codec.ts';
import { type ConfluentIds, defaultConfluentIds, loadSchema } from './stored-schemas.ts';

/** What one verdict may hold. */
export const verdictLimits = {
  /** Longest verdict with its header, bytes. */
  bytes: 65_536,
  /** Array items, over all arrays. */
  items: 4096,
  evidence: 16,
  modalities: 16,
  vector: 1024,
  contributions: 64,
  rulings: 8,
  nameCharacters: 128,
  /** Kafka's own bound. */
  topicCharacters: 249,
} as const;

const risk: Bounds = { min: 0, max: 100 };
/** A share is a quotient of sums: it may pass 1 by rounding. */
const share: Bounds = { min: -1e-6, max: 1 + 1e-6 };
const finite: Bounds = { min: -Number.MAX_VALUE, max: Number.MAX_VALUE };
/** A value beyond float32 would turn into infinity on the wire. */
const float32: Bounds = { min: -3.4028234663852886e38, max: 3.4028234663852886e38 };
const int32: Bounds = { min: 0, max: 0x7fffffff };

/** Codec of the verdict topic. */
export function createVerdictCodec(confluentIds: ConfluentIds = defaultConfluentIds()): Codec<Verdict> {
  return createCodec({
    versions: loadSchema('verdict'),
    confluentIds,
    maxBytes: verdictLimits.bytes,
    limits: {
      maxItems: verdictLimits.items,
      maxItemsAt: {
        evidence: verdictLimits.evidence,
        modalities: verdictLimits.modalities,
        'modalities[].vector': verdictLimits.vector,
        'modalities[].contributions': verdictLimits.contributions,
        rulings: verdictLimits.rulings,
      },
    },
    problemOf: problemOfVerdict,
  });
}

/** The first thing that is wrong with a verdict of the right shape; `undefined` for a valid one. */
export function problemOfVerdict(verdict: Verdict): string | undefined {
  return (
    problemOfIdentity(verdict) ??
    problemOfSource(verdict) ??
    problemOfHead(verdict) ??
    problemOfEvidences(verdict.evidence) ??
    problemOfModalities(verdict.modalities) ??
    problemOfTemplate(verdict) ??
    problemOfRulings(verdict.rulings)
  );
}

function problemOfIdentity({
  verdictId,
  subject,
  device,
  session,
  host,
  templateVersion,
  tenant,
}: Verdict): string | undefined {
  if (!isHex(verdictId, 16)) return notHex('verdictId', 16);
  if (!isHex(subject, 16)) return notHex('subject', 16);
  if (!isHex(device, 16)) return notHex('device', 16);
  if (!isHex(session, 16)) return notHex('session', 16);
  if (host !== null && !isHex(host, 16)) return notHex('host', 16);
  if (templateVersion !== '' && !isHex(templateVersion, 32)) return notHex('templateVersion', 32);
  return problemOfText('tenant', tenant, maxTenantCharacters);
}

function problemOfSource({ source: { topic, partition, offset } }: Verdict): string | undefined {
  if (!isWhole(partition, int32)) return outOfBounds('source.partition', partition, int32);
  if (!isWhole(offset, counter)) return outOfBounds('source.offset', offset, counter);
  return problemOfText('source.topic', topic, verdictLimits.topicCharacters);
}

function problemOfHead(verdict: Verdict): string | undefined {
  if (!isWhole(verdict.sequence, counter)) return outOfBounds('sequence', verdict.sequence, counter);
  if (!isWhole(verdict.receivedAtMs, epochMs)) return outOfBounds('receivedAtMs', verdict.receivedAtMs, epochMs);
  if (!isWhole(verdict.keystrokes, int32)) return outOfBounds('keystrokes', verdict.keystrokes, int32);
  if (!isWhole(verdict.strokes, int32)) return outOfBounds('strokes', verdict.strokes, int32);
  const { decision, reason } = verdict;
  // Also where a newer writer's decision was read as undecided: what it meant is unknown, so nobody may learn from it.
  if ((decision === 'undecided') === (reason === 'none')) {
    return `reason is ${reason} and decision ${decision}: a reason goes with undecided, and only with it`;
  }
  return isFiniteWithin(verdict.risk, risk) ? undefined : outOfBounds('risk', verdict.risk, risk);
}

function problemOfEvidences(evidence: readonly Evidence[]): string | undefined {
  return (
    problemOfLength('evidence', evidence.length, verdictLimits.evidence) ??
    problemOfEach('evidence', evidence, problemOfEvidence)
  );
}

function problemOfEvidence({ value, threshold }: Evidence): string | undefined {
  if (!Number.isFinite(value)) return outOfBounds('value', value, finite);
  return Number.isFinite(threshold) ? undefined : outOfBounds('threshold', threshold, finite);
}

function problemOfModalities(modalities: readonly ModalityJudgement[]): string | undefined {
  return (
    problemOfLength('modalities', modalities.length, verdictLimits.modalities) ??
    problemOfEach('modalities', modalities, problemOfJudgement)
  );
}

function problemOfJudgement(judgement: ModalityJudgement): string | undefined {
  const { catalogueVersion, windowSamples, score, percentile, vector, contributions } = judgement;
  if (!isWhole(catalogueVersion, int32)) return outOfBounds('catalogueVersion', catalogueVersion, int32);
  if (!isWhole(windowSamples, int32)) return outOfBounds('windowSamples', windowSamples, int32);
  if (score !== null && !Number.isFinite(score)) return outOfBounds('score', score, finite);
  if (percentile !== null && !isFiniteWithin(percentile, risk)) return outOfBounds('percentile', percentile, risk);
  return (
    problemOfLength('vector', vector.length, verdictLimits.vector) ??
    problemOfNumbers('vector', vector, float32, isFiniteWithin) ??
    problemOfLength('contributions', contributions.length, verdictLimits.contributions) ??
    problemOfEach('contributions', contributions, problemOfContribution)
  );
}

function problemOfContribution(contribution: Contribution): string | undefined {
  const { feature, observed, typical, unit } = contribution;
  if (!Number.isFinite(observed)) return outOfBounds('observed', observed, finite);
  if (!Number.isFinite(typical)) return outOfBounds('typical', typical, finite);
  if (!isFiniteWithin(contribution.share, share)) return outOfBounds('share', contribution.share, share);
  return (
    problemOfText('feature', feature, verdictLimits.nameCharacters) ??
    problemOfText('unit', unit, verdictLimits.nameCharacters)
  );
}

function problemOfTemplate({ templateTrainedAtMs, templateSamples }: Verdict): string | undefined {
  if (!isWhole(templateTrainedAtMs, epochMs)) return outOfBounds('templateTrainedAtMs', templateTrainedAtMs, epochMs);
  return isWhole(templateSamples, counter) ? undefined : outOfBounds('templateSamples', templateSamples, counter);
}

function problemOfRulings(rulings: readonly Ruling[]): string | undefined {
  return (
    problemOfLength('rulings', rulings.length, verdictLimits.rulings) ??
    problemOfEach('rulings', rulings, ({ incidentId }) =>
      isHex(incidentId, 16) ? undefined : notHex('incidentId', 16),
    )
  );
}
