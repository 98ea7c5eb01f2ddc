import type { BehaviourBatch, BehaviourContext, Collector, InputRoute } from '../../detection/words/behaviour.ts';
import { batchBounds } from '../../schemas/batch-limits.ts';

/** A behaviour batch before anyone put a name or a stamp on it: no subject, device, session or sequence. */
export type BatchContent = Omit<
  BehaviourBatch,
  'tenant' | 'subject' | 'device' | 'session' | 'sequence' | 'receivedAtMs' | 'handling'
>;

/** What a collector says about itself on every batch. */
export interface CollectorIdentity {
  collector: Collector;
  context: BehaviourContext;
}

/** The reference collector, on an endpoint whose network, domain and host are not told. */
export function collectorIdentity(inputRoute: InputRoute, timerResolutionMs: number): CollectorIdentity {
  return {
    collector: { name: 'gaitkeeper-reference', version: '1', timerResolutionMs },
    context: { inputRoute, network: null, domain: null, host: null },
  };
}

/** Nearest multiple of `gridMs`; never the negative zero, which would read as a sign on the wire. */
export function onGrid(valueMs: number, gridMs: number): number {
  return Math.round(valueMs / gridMs) * gridMs + 0;
}

/** First to last event of a batch, on a grid. Recorded pauses may be longer than a batch can say; they are cut to what it can. */
export function batchDurationMs(firstMs: number, lastMs: number, gridMs: number): number {
  return Math.min(batchBounds.durationMs.max, Math.max(0, onGrid(lastMs - firstMs, gridMs)));
}
