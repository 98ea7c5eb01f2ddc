import { activityKinds, type BehaviourBatch, zonePairCount } from '../detection/words/behaviour.ts';
import { batchBounds, batchLimits } from './batch-limits.ts';

/** A valid batch as full as a batch may be, of about the longest numbers: the dearest one to read. */
export function fullestBatch(): BehaviourBatch {
  const { keystrokes, strokes, pointsPerStroke } = batchLimits;
  return {
    tenant: '',
    subject: 'a1'.repeat(16),
    device: 'b2'.repeat(16),
    session: 'c3'.repeat(16),
    sequence: 0,
    deviceClockMs: 0,
    durationMs: 0,
    receivedAtMs: 0,
    handling: 'degraded',
    collector: { name: '', version: '', timerResolutionMs: 1 },
    context: {
      inputRoute: 'remote-desktop',
      network: 'd4'.repeat(16),
      domain: 'e5'.repeat(16),
      host: 'f6'.repeat(16),
    },
    keystrokes: Array.from({ length: keystrokes }, () => ({
      zonePair: zonePairCount - 1,
      holdMs: batchBounds.holdMs.max,
      pressPressMs: batchBounds.pressPressMs.max,
      releasePressMs: batchBounds.releasePressMs.min,
    })),
    pointer: Array.from({ length: strokes }, () => ({
      kind: 'swipe',
      device: 'touch',
      dtMs: Array<number>(pointsPerStroke).fill(batchBounds.dtMs.max),
      dx: Array<number>(pointsPerStroke).fill(batchBounds.step.min),
      dy: Array<number>(pointsPerStroke).fill(batchBounds.step.min),
      pauseMs: batchBounds.pauseMs.max,
      pressMs: batchBounds.pressMs.max,
      stopMs: batchBounds.stopMs.max,
    })),
    activity: activityKinds.map((kind) => ({ kind, count: batchBounds.count.max })),
  };
}
