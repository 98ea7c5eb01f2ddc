import type { Pseudonym } from '../detection/words/behaviour.ts';
import { epochMs, maxTenantCharacters } from './batch-limits.ts';
import { cohortSubject, isHex, isWhole, notHex, outOfBounds, problemOfText } from './bounds.ts';
import { type Codec, createCodec } from './codec.ts';
import { type ConfluentIds, defaultConfluentIds, loadSchema } from './stored-schemas.ts';

/** A subject's own template, or the pooled stand-in of a tenant. */
export const activatedKinds = ['own', 'cohort'] as const;
/** One of {@link activatedKinds}. */
export type ActivatedKind = (typeof activatedKinds)[number];

/** From this record on, the named template judges the subject. Travels in the behaviour topic, ordered with the data. */
export interface TemplateActivation {
  tenant: string;
  /** 32 hexadecimal digits; all zero (`cohortSubject`) is the tenant's cohort, and only its. */
  subject: Pseudonym;
  /** SHA-256 of the template's file, 64 lower-case hexadecimal digits. */
  version: string;
  kind: ActivatedKind;
  /** The publisher's signature over the activation; empty until templates are signed. */
  signature: Buffer;
  activatedAtMs: number;
  /** Who or what activated it. */
  by: string;
}

/** What one activation may hold. */
export const activationLimits = { bytes: 4096, signatureBytes: 1024, byCharacters: 128 } as const;

/** Codec of template activations. */
export function createTemplateActivationCodec(
  confluentIds: ConfluentIds = defaultConfluentIds(),
): Codec<TemplateActivation> {
  return createCodec({
    versions: loadSchema('template-activation'),
    confluentIds,
    maxBytes: activationLimits.bytes,
    limits: { maxItems: 0 },
    problemOf: problemOfActivation,
  });
}

/** The first thing that is wrong with an activation of the right shape; `undefined` for a valid one. */
export function problemOfActivation(activation: TemplateActivation): string | undefined {
  const { tenant, subject, version, kind, signature, activatedAtMs, by } = activation;
  if (!isHex(subject, 16)) return notHex('subject', 16);
  if ((subject === cohortSubject) !== (kind === 'cohort'))
    return `kind is ${kind}: cohort goes with the all-zero subject`;
  if (!isHex(version, 32)) return notHex('version', 32);
  if (signature.length > activationLimits.signatureBytes) {
    return `signature has ${signature.length} bytes: at most ${activationLimits.signatureBytes}`;
  }
  if (!isWhole(activatedAtMs, epochMs)) return outOfBounds('activatedAtMs', activatedAtMs, epochMs);
  return problemOfText('tenant', tenant, maxTenantCharacters) ?? problemOfText('by', by, activationLimits.byCharacters);
}
