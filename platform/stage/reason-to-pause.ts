import { BrokerUnavailable } from '../broker/broker.ts';
import { StoreUnavailable } from '../store/state-store.ts';
import { StateUnreadable } from './state-entry.ts';
import { StepDefect } from './step-defect.ts';

/** Why the partition rests that an error stopped; `undefined` for a defect outside of a step, which the member starts again for. */
export function reasonToPause(error: unknown): string | undefined {
  if (error instanceof StoreUnavailable) return 'store';
  if (error instanceof BrokerUnavailable) return 'broker';
  if (error instanceof StateUnreadable) return 'state-unreadable';
  if (error instanceof StepDefect) return 'defect';
  return undefined;
}
