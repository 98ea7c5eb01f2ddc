import type { InputRoute } from '../../detection/words/behaviour.ts';
import { type BatchContent, collectorIdentity } from './batch-content.ts';
import {
  createKeystrokeCollector,
  type KeystrokeCollectorOptions,
  replayKeystrokeOptions,
} from './keystroke-collector.ts';
import { createPointerCollector, type PointerCollectorOptions, replayPointerOptions } from './pointer-collector.ts';
import type { RawKeystroke, RawPointerEvent } from './raw-input.ts';

/** One subject on one device without a long break, as an endpoint saw it. */
export interface RawSession {
  /** In the order of presses. */
  keystrokes: readonly RawKeystroke[];
  /** In time order. */
  pointer: readonly RawPointerEvent[];
}

export interface CollectOptions {
  keystrokes: KeystrokeCollectorOptions;
  pointer: PointerCollectorOptions;
  inputRoute: InputRoute;
  timerResolutionMs: number;
}

/** How recordings are collected unless a caller says otherwise. */
export const replayCollectOptions: CollectOptions = {
  keystrokes: replayKeystrokeOptions,
  pointer: replayPointerOptions,
  inputRoute: 'local',
  timerResolutionMs: 1,
};

/** All batches of a session, as the wire would carry them, ordered by when they ended. */
export function collectSession(session: RawSession, options: CollectOptions = replayCollectOptions): BatchContent[] {
  const identity = collectorIdentity(options.inputRoute, options.timerResolutionMs);
  const batches: BatchContent[] = [];
  const keys = createKeystrokeCollector(options.keystrokes, identity);
  for (const keystroke of session.keystrokes) batches.push(...keys.add(keystroke));
  batches.push(...keys.endSession());
  const pointer = createPointerCollector(options.pointer, identity);
  for (const event of session.pointer) batches.push(...pointer.add(event));
  batches.push(...pointer.endSession());
  return batches.sort((a, b) => a.deviceClockMs - b.deviceClockMs);
}
