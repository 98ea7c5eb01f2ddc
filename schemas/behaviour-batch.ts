import type { BehaviourBatch, KeystrokeSample, PointerStroke } from '../detection/words/behaviour.ts';
import {
  batchBounds as bounds,
  counter,
  epochMs,
  batchLimits as limits,
  maxBatchBytes,
  maxBatchItems,
  maxTenantCharacters,
} from './batch-limits.ts';
import {
  type Bounds,
  cohortSubject,
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
import { fullestBatch } from './fullest-batch.ts';
import { type ConfluentIds, defaultConfluentIds, loadSchema } from './stored-schemas.ts';

/** Reads of the fullest batch after which the next one is several times faster than the first; more gain nothing. */
const warmingReads = 4;

/**
 * Codec of the batches that collectors send and the behaviour topic carries. Building it takes tens of milliseconds: it reads
 * a full batch until V8 has compiled the way, so that the first body of a stranger is not the one that pays for it.
 */
export function createBehaviourBatchCodec(confluentIds: ConfluentIds = defaultConfluentIds()): Codec<BehaviourBatch> {
  const codec = createCodec({
    versions: loadSchema('behaviour-batch'),
    confluentIds,
    maxBytes: maxBatchBytes,
    limits: {
      maxItems: maxBatchItems,
      maxItemsAt: {
        keystrokes: limits.keystrokes,
        pointer: limits.strokes,
        'pointer[].dtMs': limits.pointsPerStroke,
        'pointer[].dx': limits.pointsPerStroke,
        'pointer[].dy': limits.pointsPerStroke,
        activity: limits.activityKinds,
      },
    },
    problemOf: problemOfBatch,
  });
  const fullest = codec.encode(fullestBatch());
  for (let read = 0; read < warmingReads; read++) codec.decode(fullest);
  return codec;
}

/** The first thing that is wrong with a batch of the right shape, as a sentence; `undefined` for a valid one. */
export function problemOfBatch(batch: BehaviourBatch): string | undefined {
  return (
    problemOfIdentity(batch) ??
    problemOfHead(batch) ??
    problemOfContext(batch) ??
    problemOfKeystrokes(batch.keystrokes) ??
    problemOfPointer(batch.pointer) ??
    problemOfActivity(batch)
  );
}

function problemOfIdentity(batch: BehaviourBatch): string | undefined {
  if (!isHex(batch.subject, 16)) return notHex('subject', 16);
  if (batch.subject === cohortSubject) return 'subject is all zero: reserved for the cohort';
  if (!isHex(batch.device, 16)) return notHex('device', 16);
  if (!isHex(batch.session, 16)) return notHex('session', 16);
  return problemOfText('tenant', batch.tenant, maxTenantCharacters);
}

function problemOfHead({
  sequence,
  deviceClockMs,
  durationMs,
  receivedAtMs,
  collector,
}: BehaviourBatch): string | undefined {
  if (!isWhole(sequence, counter)) return outOfBounds('sequence', sequence, counter);
  if (!isWhole(deviceClockMs, epochMs)) return outOfBounds('deviceClockMs', deviceClockMs, epochMs);
  if (!isWhole(durationMs, bounds.durationMs)) return outOfBounds('durationMs', durationMs, bounds.durationMs);
  if (!isWhole(receivedAtMs, epochMs)) return outOfBounds('receivedAtMs', receivedAtMs, epochMs);
  if (!isFiniteWithin(collector.timerResolutionMs, bounds.timerResolutionMs)) {
    return outOfBounds('collector.timerResolutionMs', collector.timerResolutionMs, bounds.timerResolutionMs);
  }
  return (
    problemOfText('collector.name', collector.name, limits.collectorNameCharacters) ??
    problemOfText('collector.version', collector.version, limits.collectorVersionCharacters)
  );
}

function problemOfContext({ context: { network, domain, host } }: BehaviourBatch): string | undefined {
  if (network !== null && !isHex(network, 16)) return notHex('context.network', 16);
  if (domain !== null && !isHex(domain, 16)) return notHex('context.domain', 16);
  return host !== null && !isHex(host, 16) ? notHex('context.host', 16) : undefined;
}

function problemOfKeystrokes(keystrokes: readonly KeystrokeSample[]): string | undefined {
  return (
    problemOfLength('keystrokes', keystrokes.length, limits.keystrokes) ??
    problemOfEach('keystrokes', keystrokes, problemOfKeystroke)
  );
}

function problemOfKeystroke({ zonePair, holdMs, pressPressMs, releasePressMs }: KeystrokeSample): string | undefined {
  if (!isWhole(zonePair, bounds.zonePair)) return outOfBounds('zonePair', zonePair, bounds.zonePair);
  if (!isWhole(holdMs, bounds.holdMs)) return outOfBounds('holdMs', holdMs, bounds.holdMs);
  if ((pressPressMs === null) !== (releasePressMs === null)) {
    return 'pressPressMs and releasePressMs must both be null or both be numbers';
  }
  return (
    problemOfOptional('pressPressMs', pressPressMs, bounds.pressPressMs) ??
    problemOfOptional('releasePressMs', releasePressMs, bounds.releasePressMs)
  );
}

function problemOfPointer(pointer: readonly PointerStroke[]): string | undefined {
  return (
    problemOfLength('pointer', pointer.length, limits.strokes) ?? problemOfEach('pointer', pointer, problemOfStroke)
  );
}

function problemOfStroke(stroke: PointerStroke): string | undefined {
  const { dtMs, dx, dy } = stroke;
  if (dx.length !== dtMs.length || dy.length !== dtMs.length) {
    return `dtMs, dx and dy have ${dtMs.length}, ${dx.length} and ${dy.length} entries: must be equal`;
  }
  return (
    problemOfLength('dtMs', dtMs.length, limits.pointsPerStroke) ??
    problemOfNumbers('dtMs', dtMs, bounds.dtMs, isWhole) ??
    problemOfNumbers('dx', dx, bounds.step, isWhole) ??
    problemOfNumbers('dy', dy, bounds.step, isWhole) ??
    problemOfOptional('pauseMs', stroke.pauseMs, bounds.pauseMs) ??
    problemOfOptional('pressMs', stroke.pressMs, bounds.pressMs) ??
    problemOfOptional('stopMs', stroke.stopMs, bounds.stopMs)
  );
}

function problemOfOptional(name: string, value: number | null, within: Bounds): string | undefined {
  return value !== null && !isWhole(value, within) ? outOfBounds(name, value, within) : undefined;
}

function problemOfActivity({ activity }: BehaviourBatch): string | undefined {
  const tooMany = problemOfLength('activity', activity.length, limits.activityKinds);
  if (tooMany !== undefined) return tooMany;
  const seen = new Set<string>();
  return problemOfEach('activity', activity, ({ kind, count }) => {
    if (seen.has(kind)) return `kind is ${kind} again: at most one entry a kind`;
    seen.add(kind);
    return isWhole(count, bounds.count) ? undefined : outOfBounds('count', count, bounds.count);
  });
}
