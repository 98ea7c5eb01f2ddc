import type { StreamToxic } from './toxic.ts';

/** A toxic that is at work at a proxy, the same object on every connection that it hits. */
export interface PlacedToxic {
  readonly id: number;
  readonly toxic: StreamToxic;
  /** True for the first caller only: a toxic that works once is taken by one connection. */
  take(): boolean;
}

/** One toxic with its number at the proxy. */
export function placeToxic(id: number, toxic: StreamToxic): PlacedToxic {
  let taken = false;
  return {
    id,
    toxic,
    take() {
      if (taken) return false;
      taken = true;
      return true;
    },
  };
}
