import type { BehaviourBatch, Handling, KeystrokeSample, Pseudonym } from '../detection/words/behaviour.ts';
import type { DeviceIdentity } from './device-token.ts';
import type { Pseudonymiser, PseudonymKind } from './pseudonymiser.ts';
import { keystrokeOnGrid, strokeOnGrid } from './time-grid.ts';

/**
 * The batch as it may be stored: every id a keyed pseudonym, the tenant the token's, time and handling the gateway's,
 * times on the grid, and the keystrokes sorted, so that neither fine timings nor the order of typing can reach the topic,
 * whatever the collector sent. Strokes keep their order. What is as it should be already stays as it is.
 */
export function stampBatch(
  batch: BehaviourBatch,
  { tenant }: DeviceIdentity,
  { pseudonymOf, receivedAtMs, handling }: { pseudonymOf: Pseudonymiser; receivedAtMs: number; handling: Handling },
): BehaviourBatch {
  const optional = (kind: PseudonymKind, id: Pseudonym | null) => (id === null ? null : pseudonymOf(kind, id));
  const { inputRoute, network, domain, host } = batch.context;
  return {
    ...batch,
    tenant,
    subject: pseudonymOf('subject', batch.subject),
    device: pseudonymOf('device', batch.device),
    session: pseudonymOf('session', batch.session),
    receivedAtMs,
    handling,
    context: {
      inputRoute,
      network: optional('network', network),
      domain: optional('domain', domain),
      host: optional('host', host),
    },
    keystrokes: batch.keystrokes.map(keystrokeOnGrid).sort(byValue),
    pointer: batch.pointer.map(strokeOnGrid),
  };
}

/** A total order on samples by their values alone. Samples without a flight come first. */
function byValue(a: KeystrokeSample, b: KeystrokeSample): number {
  return (
    a.zonePair - b.zonePair ||
    a.holdMs - b.holdMs ||
    (a.pressPressMs ?? -1) - (b.pressPressMs ?? -1) ||
    (a.releasePressMs ?? 0) - (b.releasePressMs ?? 0)
  );
}
