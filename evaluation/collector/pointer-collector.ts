import type { PointerStroke } from '../../detection/words/behaviour.ts';
import { type BatchContent, batchDurationMs, type CollectorIdentity, onGrid } from './batch-content.ts';
import { createPointerSegmenter, type PointerSegment } from './pointer-segmenter.ts';
import { pointerGridMs, strokeOfSegment } from './pointer-stroke.ts';
import type { RawPointerEvent } from './raw-input.ts';

/** The wire's bound. */
export const mostStrokesPerBatch = 64;

export interface PointerCollectorOptions {
  /** A batch closes when it holds so many strokes; 1..64. */
  maxStrokes: number;
  /** A batch also closes so long after its first stroke began; `null` for never. */
  maxDurationMs: number | null;
}

/** On a worker's desk: 64 strokes or 10 s, whichever comes first. */
export const livePointerOptions: PointerCollectorOptions = { maxStrokes: 64, maxDurationMs: 10_000 };

/**
 * For recordings: always 10 strokes (the last batch of a session may be smaller). About the 10 s of ordinary work, and
 * a verdict six times within the 60 strokes in which a stranger should be noticed.
 */
export const replayPointerOptions: PointerCollectorOptions = { maxStrokes: 10, maxDurationMs: null };

export interface PointerCollector {
  /** Takes one event, in time order. Returns the batches that it closed, mostly none. */
  add(event: RawPointerEvent): readonly BatchContent[];
  /** Closes the open batch if its time is over; for a live collector's timer. A stroke under way stays open. */
  elapse(nowMs: number): readonly BatchContent[];
  /** Ends the session: closes the stroke under way and the batch. */
  endSession(): readonly BatchContent[];
}

/** The reference collector of pointer strokes. Throws for options outside the wire's bounds. */
export function createPointerCollector(
  options: PointerCollectorOptions,
  identity: CollectorIdentity,
): PointerCollector {
  if (!(options.maxStrokes >= 1 && options.maxStrokes <= mostStrokesPerBatch)) {
    throw new RangeError(`maxStrokes must be 1..${mostStrokesPerBatch}`);
  }
  const segmenter = createPointerSegmenter();
  let strokes: PointerStroke[] = [];
  let startMs = 0;
  let endMs = 0;

  function close(): readonly BatchContent[] {
    if (strokes.length === 0) return [];
    const content: BatchContent = {
      deviceClockMs: Math.max(0, onGrid(endMs, pointerGridMs)),
      durationMs: batchDurationMs(startMs, endMs, pointerGridMs),
      ...identity,
      keystrokes: [],
      pointer: strokes,
      activity: [],
    };
    strokes = [];
    return [content];
  }

  function elapse(nowMs: number): readonly BatchContent[] {
    if (options.maxDurationMs === null || nowMs - startMs < options.maxDurationMs) return [];
    return close();
  }

  function take(segments: readonly PointerSegment[]): BatchContent[] {
    const closed: BatchContent[] = [];
    for (const segment of segments) {
      const stroke = strokeOfSegment(segment);
      if (stroke === undefined) continue;
      const segmentStartMs = segment.timesMs[0] ?? 0;
      const segmentEndMs = segment.timesMs.at(-1) ?? segmentStartMs;
      if (strokes.length > 0) closed.push(...elapse(segmentEndMs));
      if (strokes.length === 0) startMs = segmentStartMs;
      endMs = segmentEndMs;
      strokes.push(stroke);
      if (strokes.length >= options.maxStrokes) closed.push(...close());
    }
    return closed;
  }

  return {
    add: (event) => take(segmenter.add(event)),
    elapse,
    endSession: () => [...take(segmenter.endSession()), ...close()],
  };
}
