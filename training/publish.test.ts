import { describe, expect, it } from '@jest/globals';
import type { Template } from '../detection/words/template.ts';
import type { OutgoingRecord } from '../platform/broker/broker.ts';
import { MemoryKeyValueStore } from '../platform/store/memory-key-value-store.ts';
import { createTemplateActivationCodec } from '../schemas/template-activation.ts';
import { encodeTemplate, templateVersion } from '../templates/template-format.ts';
import { createTemplateStore } from '../templates/template-store.ts';
import { anyTemplate } from '../test/samples/any-template.ts';
import { publishTemplates } from './publish.ts';

const codec = createTemplateActivationCodec();

function sealed(change: Partial<Template>, seed = 1): Template {
  const template = anyTemplate(change, seed);
  return { ...template, version: templateVersion(encodeTemplate(template)) };
}

const own = sealed({});
const cohort = sealed({ kind: 'cohort', subject: '' }, 2);

function world({ topicThere = true, produceFails = false } = {}) {
  const produced: OutgoingRecord[] = [];
  const values = new MemoryKeyValueStore();
  const store = createTemplateStore({ values });
  const broker = {
    describeTopics: async () =>
      topicThere ? [{ name: 'behaviour', partitions: 4, replicationFactor: 1, config: {} }] : [],
    async produce(records: readonly OutgoingRecord[]) {
      if (produceFails) throw new Error('broker away');
      // What is activated must be loadable at that moment, not only at the end.
      for (const { value } of records) {
        const activation = codec.decode(value);
        if (!activation.ok || !(await store.get(activation.value.version)).ok)
          throw new Error('activated before stored');
      }
      produced.push(...records);
      return [];
    },
  };
  const publication = { store, broker, codec, behaviourTopic: 'behaviour', activatedAtMs: 9, by: 'a test' };
  return { produced, store, publication };
}

describe('publishing templates', () => {
  it('stores each before it activates it: an own one once, the cohort in every partition', async () => {
    const { produced, store, publication } = world();
    const outcome = await publishTemplates([own, cohort], publication);
    expect(outcome).toEqual({ ok: true, published: 2, activations: 5 });
    expect(produced).toHaveLength(5);
    expect(await store.activeVersions('acme', own.subject)).toEqual([own.version]);
    expect(await store.activeVersions('acme', '')).toEqual([cohort.version]);
  });

  it('leaves the champion in place when nothing can be activated', async () => {
    const { store, publication } = world({ produceFails: true });
    await store.noteActive('acme', own.subject, 'ab'.repeat(32));
    await expect(publishTemplates([own], publication)).rejects.toThrow('broker away');
    expect(await store.activeVersions('acme', own.subject)).toEqual(['ab'.repeat(32)]);
  });

  it('says that the topic is missing before it stores anything', async () => {
    const { store, publication } = world({ topicThere: false });
    expect(await publishTemplates([own], publication)).toMatchObject({ ok: false, reason: 'topic-missing' });
    expect((await store.get(own.version)).ok).toBe(false);
  });

  it('refuses a template that is no longer what its version says', async () => {
    const { produced, publication } = world();
    const changed = { ...own, seed: own.seed + 1 };
    await expect(publishTemplates([changed], publication)).rejects.toThrow('changed');
    expect(produced).toEqual([]);
  });
});
