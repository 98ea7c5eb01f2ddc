import type { Clock } from '../platform/clock.ts';

/** The newest events of a kind, oldest first, and how many older ones the bound has cost. */
export interface EventLog<Event> {
  add(event: Event): void;
  read(): EventsKept<Event>;
}

/** What a log still has. `atMs` is in the clock of the log, ms since 1970: to be laid beside the verdicts of the same time. */
export interface EventsKept<Event> {
  events: (Event & { atMs: number })[];
  forgotten: number;
}

/** Keeps the `maxEvents` newest. */
export function createEventLog<Event extends object>(clock: Clock, maxEvents: number): EventLog<Event> {
  const ring: (Event & { atMs: number })[] = [];
  let added = 0;
  return {
    add(event) {
      ring[added % maxEvents] = { ...event, atMs: clock.nowMs() };
      added += 1;
    },
    read() {
      const oldest = added > maxEvents ? added % maxEvents : 0;
      return {
        events: [...ring.slice(oldest), ...ring.slice(0, oldest)],
        forgotten: Math.max(0, added - maxEvents),
      };
    },
  };
}
