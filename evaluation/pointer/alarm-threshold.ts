import type { AlarmedStream } from '../metrics/time-to-detect.ts';

/** How streams of scores alarm. */
export interface AlarmOptions {
  /** A window holds the last so many strokes at most. */
  mostStrokes: number;
  /** Before this many strokes nothing alarms: a window says too little. */
  firstStroke: number;
  /** Training sessions are cut into streams of so many strokes, about what a judged session has; rests of a fifth count. */
  streamStrokes: number;
  /** First false alarms per 1,000 strokes that the threshold is set for. */
  falseAlarmsPer1k: number;
}

/**
 * Chosen on training sessions of Balabit's accounts, each left out in turn, against training sessions of accounts outside the
 * background. Windows of 60, or alarms from the fifth stroke on, catch 0.02 to 0.05 fewer.
 */
export const pointerAlarms: AlarmOptions = {
  mostStrokes: 100,
  firstStroke: 10,
  streamStrokes: 100,
  falseAlarmsPer1k: 1,
};

/** Cuts a session's strokes into the streams that thresholds come from. */
export function trainingStreams<T>(strokes: readonly T[], { streamStrokes }: AlarmOptions): T[][] {
  const streams: T[][] = [];
  for (let from = 0; from + streamStrokes / 5 <= strokes.length; from += streamStrokes) {
    streams.push(strokes.slice(from, from + streamStrokes));
  }
  return streams;
}

function highest(stream: Float64Array, firstStroke: number): number {
  let most = Number.NEGATIVE_INFINITY;
  for (let i = firstStroke - 1; i < stream.length; i++) most = Math.max(most, stream[i]!);
  return most;
}

/**
 * The lowest threshold at which genuine streams alarm no more often than the options promise; one that none reaches where
 * the promise allows no alarm at all. Infinite for no stream.
 */
export function alarmThreshold(
  streams: readonly Float64Array[],
  { firstStroke, falseAlarmsPer1k }: AlarmOptions,
): number {
  const heights = Float64Array.from(streams, (stream) => highest(stream, firstStroke)).sort();
  const strokes = streams.reduce((sum, stream) => sum + stream.length, 0);
  const allowed = Math.floor((falseAlarmsPer1k * strokes) / 1_000);
  if (heights.length === 0) return Number.POSITIVE_INFINITY;
  return heights[Math.max(0, heights.length - 1 - allowed)]!;
}

/** When a stream first alarmed. */
export function alarmedStream(scores: Float64Array, threshold: number, { firstStroke }: AlarmOptions): AlarmedStream {
  for (let i = firstStroke - 1; i < scores.length; i++) {
    if (scores[i]! > threshold) return { events: i + 1, length: scores.length };
  }
  return { events: null, length: scores.length };
}
