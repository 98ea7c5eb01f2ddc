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
