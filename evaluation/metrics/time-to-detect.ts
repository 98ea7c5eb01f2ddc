import { mean } from './error-rates.ts';
import { median, quantile } from './quantile.ts';

/** One stream of keys or actions, all of one person. */
export interface AlarmedStream {
  /** Events up to and including the first alarm; `null` where none came. */
  events: number | null;
  /** Events in the whole stream. */
  length: number;
}

/** How long it took until the first alarm; events are keys or actions. */
export interface TimeToDetect {
  streams: number;
  alarmedShare: number;
  neverAlarmedShare: number;
  /** Over the streams that alarmed; `null` where none did. */
  medianEvents: number | null;
  p90Events: number | null;
  /**
   * Mean over all streams, one that never alarmed counting its whole length: ANIA for impostors' streams, ANGA for
   * genuine ones (Mondal and Bours 2015).
   */
  meanEvents: number;
}

/** Time to the first alarm over streams; see {@link TimeToDetect}. */
export function timeToDetect(streams: readonly AlarmedStream[]): TimeToDetect {
  const alarmed = streams.flatMap(({ events }) => (events === null ? [] : [events]));
  const none = alarmed.length === 0;
  return {
    streams: streams.length,
    alarmedShare: alarmed.length / streams.length,
    neverAlarmedShare: 1 - alarmed.length / streams.length,
    medianEvents: none ? null : median(alarmed),
    p90Events: none ? null : quantile(alarmed, 0.9),
    meanEvents: mean(streams.map(({ events, length }) => events ?? length)),
  };
}

/** Share of streams that alarmed within their first `events` events; NaN for no streams. */
export function caughtWithin(streams: readonly AlarmedStream[], events: number): number {
  return streams.filter((stream) => stream.events !== null && stream.events <= events).length / streams.length;
}

/**
 * First false alarms per `per` genuine events: accounts that alarmed over the events seen until then (a stream is left at
 * its first alarm). NaN for no events.
 */
export function firstFalseAlarmsPer(per: number, genuine: readonly AlarmedStream[]): number {
  const alarms = genuine.filter(({ events }) => events !== null).length;
  const seen = genuine.reduce((sum, { events, length }) => sum + (events ?? length), 0);
  return (alarms / seen) * per;
}

/** The curve of {@link caughtWithin} at each of `at`, for a chart. */
export function caughtCurve(streams: readonly AlarmedStream[], at: readonly number[]): { x: number; y: number }[] {
  return at.map((x) => ({ x, y: caughtWithin(streams, x) }));
}
