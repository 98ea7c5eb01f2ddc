import { readFileSync } from 'node:fs';
import { createTenantPseudonymisers, type Pseudonymiser } from '../ingest/pseudonymiser.ts';
import { exitCodes } from '../platform/exit-codes.ts';
import { Refusal } from './config-options.ts';

/** By which key and epoch the gateway makes pseudonyms. */
export interface PseudonymKeyOptions {
  pseudonymKeyFile?: string;
  pseudonymEpoch: string;
}

/** The gateway's own pseudonymiser for a tenant; `undefined` where no key was named. @throws Refusal for a file without a key */
export function pseudonymiserFrom(
  tenant: string,
  { pseudonymKeyFile, pseudonymEpoch }: PseudonymKeyOptions,
): Pseudonymiser | undefined {
  if (pseudonymKeyFile === undefined) return undefined;
  const text = readKey(pseudonymKeyFile).trim();
  if (!/^([0-9a-fA-F]{2}){32,}$/.test(text)) {
    throw new Refusal(
      "--pseudonym-key-file holds no key\n  fix: 64 or more hexadecimal digits, the gateway's ingestPseudonymKey",
      exitCodes.usage,
    );
  }
  return createTenantPseudonymisers(Buffer.from(text, 'hex'), pseudonymEpoch)(tenant);
}

function readKey(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Refusal(`--pseudonym-key-file cannot be read: ${why}`, exitCodes.usage);
  }
}
