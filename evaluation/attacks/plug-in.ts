import type { BatchContent } from '../collector/batch-content.ts';
import { type CollectOptions, collectSession } from '../collector/collect-session.ts';
import type { RawKeystroke } from '../collector/raw-input.ts';
import type { Injector } from './injector.ts';
import type { TakeOverSlot } from './take-over.ts';

/** A session of the owner with the keys behind its batches. */
export interface InjectableSession {
  id: string;
  contents: readonly BatchContent[];
  keystrokes: readonly RawKeystroke[];
}

/**
 * The owner's batches up to `position`, counted over all sessions; from there on the same keys in the injector's
 * timing, under the same sessions. An injector does not point: what the owner pointed afterwards is left out.
 */
export function plugIn(
  sessions: readonly InjectableSession[],
  position: number,
  injector: Injector,
  collect: CollectOptions,
): TakeOverSlot<BatchContent>[] {
  const slots: TakeOverSlot<BatchContent>[] = [];
  for (const { id, contents, keystrokes } of sessions) {
    const own = contents.slice(0, Math.max(0, position - slots.length));
    for (const content of own) slots.push({ session: id, origin: 'owner', content });
    if (own.length === contents.length) continue;
    const typed = own.reduce((keys, content) => keys + content.keystrokes.length, 0);
    const injected = collectSession({ keystrokes: injector.inject(keystrokes.slice(typed)), pointer: [] }, collect);
    for (const content of injected) slots.push({ session: id, origin: 'injector', content });
  }
  return slots;
}
