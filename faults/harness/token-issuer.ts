import { signDeviceToken, type TokenSigner } from '../../ingest/device-token.ts';
import type { Clock } from '../../platform/clock.ts';

/** Who gives devices their tokens. */
export interface TokenIssuer {
  /** A token for the device and the one subject on it. */
  issue(device: string, subject: string): Promise<string>;
}

/** What stands in the tokens, and who signs them. */
export interface TokenIssuerOptions {
  tenant: string;
  clock: Clock;
  /** Asked for each token, so that the key may change. */
  signer: () => TokenSigner;
  /** How long before now a token says that it was issued, ms. Default: 0. */
  issuedBeforeMs?: number;
  /** From then on, ms. Default: a quarter of an hour. */
  lifetimeMs?: number;
}

const usualLifetimeMs = 900_000;

/** Signs as told. */
export function createTokenIssuer(options: TokenIssuerOptions): TokenIssuer {
  const { tenant, clock, signer, issuedBeforeMs = 0, lifetimeMs = usualLifetimeMs } = options;
  return {
    issue(device, subject) {
      const issuedAtMs = clock.nowMs() - issuedBeforeMs;
      return signDeviceToken({ device, subjects: [subject], tenant, issuedAtMs, lifetimeMs }, signer());
    },
  };
}
