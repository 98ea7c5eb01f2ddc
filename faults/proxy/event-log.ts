import type { Clock } from '../../platform/clock.ts';
import type { Direction, Toxic } from './toxic.ts';

/** What happened at a proxy. Connections and toxics count from 1. */
export type ProxyEvent =
  | { kind: 'opened'; connection: number }
  | { kind: 'closed'; connection: number; toServerBytes: number; toClientBytes: number; lostBytes: number }
  /** More clients than the proxy takes, or the system gave no socket. */
  | { kind: 'refused'; reason: string }
  | { kind: 'upstreamFailed'; connection: number; reason: string }
  | { kind: 'toxicAdded' | 'toxicRemoved'; toxicId: number; toxic: Toxic }
  /** A toxic that takes bytes or connections did so on this connection, for the first time. */
  | { kind: 'toxicActed'; toxicId: number; toxic: Toxic['kind']; connection: number; direction: Direction };

/** An event and when it was, in the proxy's clock, ms since 1970: to be laid beside the verdicts of the same time. */
export type TimedProxyEvent = ProxyEvent & { atMs: number };

/** The newest events of a proxy, oldest first, and how many older ones the bound has cost. */
export interface EventLog {
  add(event: ProxyEvent): void;
  read(): { events: TimedProxyEvent[]; forgotten: number };
}

/** Keeps the `maxEvents` newest. */
export function createEventLog(clock: Clock, maxEvents: number): EventLog {
  const ring: TimedProxyEvent[] = [];
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
