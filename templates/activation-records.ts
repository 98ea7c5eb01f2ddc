import type { Template } from '../detection/words/template.ts';
import type { OutgoingRecord } from '../platform/broker/broker.ts';
import { cohortSubject } from '../schemas/bounds.ts';
import type { Codec } from '../schemas/codec.ts';
import type { TemplateActivation } from '../schemas/template-activation.ts';

/** Where an activation goes, and who answers for it. */
export interface ActivationPlan {
  /** The behaviour topic: an activation is ordered with the data it is about to judge. */
  topic: string;
  /** Partitions of that topic. */
  partitions: number;
  activatedAtMs: number;
  /** Who or what activates. */
  by: string;
}

/**
 * The records that let a template judge. A subject's own takes one, under the subject's key. A cohort's takes one for
 * each partition, named outright, all under the cohort's reserved key: every partition must meet it in its own order.
 */
export function activationRecords(
  codec: Pick<Codec<TemplateActivation>, 'encode'>,
  { version, tenant, subject, kind }: Pick<Template, 'version' | 'tenant' | 'subject' | 'kind'>,
  { topic, partitions, activatedAtMs, by }: ActivationPlan,
): OutgoingRecord[] {
  const signature = Buffer.alloc(0);
  const owner = kind === 'cohort' ? cohortSubject : subject;
  const value = codec.encode({ tenant, subject: owner, version, kind, signature, activatedAtMs, by });
  const key = Buffer.from(owner);
  if (kind === 'own') return [{ topic, key, value }];
  return Array.from({ length: partitions }, (_, partition) => ({ topic, key, value, partition }));
}
