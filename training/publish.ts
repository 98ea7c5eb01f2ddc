import type { Template } from '../detection/words/template.ts';
import type { Broker } from '../platform/broker/broker.ts';
import type { Codec } from '../schemas/codec.ts';
import type { TemplateActivation } from '../schemas/template-activation.ts';
import { activationRecords } from '../templates/activation-records.ts';
import type { TemplateStore } from '../templates/template-store.ts';

/** Activation records produced in one request. */
const activationsAtOnce = 256;

export interface Publication {
  store: Pick<TemplateStore, 'put' | 'noteActive'>;
  broker: Pick<Broker, 'produce' | 'describeTopics'>;
  codec: Pick<Codec<TemplateActivation>, 'encode'>;
  behaviourTopic: string;
  activatedAtMs: number;
  /** Who or what activates, for example `gaitkeeper train`. */
  by: string;
  onProgress?: (published: number, total: number) => void;
}

export type PublicationOutcome =
  | { ok: true; published: number; activations: number }
  | { ok: false; reason: 'topic-missing'; detail: string };

/**
 * Stores the templates, then activates them, a bounded number at a time. An activation is produced only once its file
 * is stored, so whatever fails on the way, the champion goes on judging; publishing the same templates again is
 * harmless. Rejects with `StoreUnavailable` or `BrokerUnavailable`; templates before the failure stay activated.
 */
export async function publishTemplates(
  templates: readonly Template[],
  publication: Publication,
): Promise<PublicationOutcome> {
  const { store, broker, codec, behaviourTopic: topic, activatedAtMs, by } = publication;
  const [described] = await broker.describeTopics([topic]);
  if (described === undefined) return { ok: false, reason: 'topic-missing', detail: `create ${topic} first` };
  const plan = { topic, partitions: described.partitions, activatedAtMs, by };
  let activations = 0;
  for (let i = 0; i < templates.length; i += activationsAtOnce) {
    const some = templates.slice(i, i + activationsAtOnce);
    for (const template of some) {
      const version = await store.put(template);
      if (version !== template.version) throw new Error('a template was changed after it got its version');
    }
    const records = some.flatMap((template) => activationRecords(codec, template, plan));
    await broker.produce(records);
    activations += records.length;
    for (const { tenant, subject, version } of some) await store.noteActive(tenant, subject, version);
    publication.onProgress?.(i + some.length, templates.length);
  }
  return { ok: true, published: templates.length, activations };
}
