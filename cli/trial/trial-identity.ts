import { createHash } from 'node:crypto';

/** The keys of a trial: fixed by its seed, so that two runs give the same pseudonyms. Never those of an installation. */
export interface TrialIdentity {
  tenant: string;
  /** Signs device tokens in the gateway's development mode. */
  tokenSecret: string;
  /** Key of the pseudonyms, 64 hexadecimal digits. */
  pseudonymKey: string;
}

/** The keys that follow from `seed`. */
export function trialIdentity(seed: number): TrialIdentity {
  const derived = (purpose: string) => createHash('sha256').update(`gaitkeeper trial ${seed} ${purpose}`).digest('hex');
  return { tenant: 'trial', tokenSecret: derived('tokens'), pseudonymKey: derived('pseudonyms') };
}

/** What the gateway of a trial is told: development mode; no rate limits, since days are replayed in seconds; judged in full, however slow the machine. */
export function trialSettings({ tenant, tokenSecret, pseudonymKey }: TrialIdentity) {
  return {
    tenant,
    ingestDevelopment: true,
    ingestDevelopmentSecret: tokenSecret,
    ingestPseudonymKey: pseudonymKey,
    ingestDeviceRequestsPerMinute: 10_000_000,
    ingestSubjectBatchesPerSecond: 1_000_000,
    ingestSubjectBurst: 1_000_000,
    ingestLadder: false,
    logLevel: 'warn',
  } as const;
}
