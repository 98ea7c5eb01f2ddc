import { describe, expect, it } from '@jest/globals';
import { MemoryKeyValueStore } from '../platform/store/memory-key-value-store.ts';
import { anyTemplate } from '../test/samples/any-template.ts';
import { createTemplateStore, retainedVersions } from './template-store.ts';

const subject = anyTemplate().subject;

function stored() {
  const values = new MemoryKeyValueStore();
  return { values, store: createTemplateStore({ values }) };
}

describe('the template store', () => {
  it('gives back what was put, under the hash of its file', async () => {
    const { store } = stored();
    const version = await store.put(anyTemplate());
    expect(await store.get(version)).toEqual({ ok: true, template: anyTemplate({ version }) });
  });

  it('stores the same template once, however often it is put', async () => {
    const { store, values } = stored();
    expect(await store.put(anyTemplate())).toBe(await store.put(anyTemplate({ version: 'another name' })));
    const keys: string[] = [];
    for await (const key of values.keys('')) keys.push(key);
    expect(keys).toHaveLength(1);
  });

  it('says that a version is absent', async () => {
    expect(await stored().store.get('ab'.repeat(32))).toMatchObject({ ok: false, reason: 'absent' });
  });

  it('refuses bytes that are not what the version says, though they are a template', async () => {
    const { store, values } = stored();
    const version = await store.put(anyTemplate());
    const other = await store.put(anyTemplate({}, 2));
    const [bytes] = await values.getMany([`template:${other}`]);
    await values.put(`template:${version}`, bytes as Buffer);
    expect(await store.get(version)).toMatchObject({ ok: false, reason: 'version-mismatch' });
  });

  it('does not store what it would refuse to load', async () => {
    const template = anyTemplate();
    template.models[0]?.scaler.spread.fill(0);
    await expect(stored().store.put(template)).rejects.toThrow('spread-not-positive');
  });

  it('keeps the last versions of a subject for a rollback, and forgets older ones', async () => {
    const { store } = stored();
    const versions: string[] = [];
    for (let seed = 1; seed <= retainedVersions + 2; seed++) {
      const version = await store.put(anyTemplate({}, seed));
      await store.noteActive('acme', subject, version);
      versions.unshift(version);
    }
    expect(await store.activeVersions('acme', subject)).toEqual(versions.slice(0, retainedVersions));
    for (const [age, version] of versions.entries()) expect((await store.get(version)).ok).toBe(age < retainedVersions);
  });

  it('moves a version that is activated again to the front', async () => {
    const { store } = stored();
    const [first, second] = [await store.put(anyTemplate()), await store.put(anyTemplate({}, 2))];
    for (const version of [first, second, first]) await store.noteActive('acme', subject, version);
    expect(await store.activeVersions('acme', subject)).toEqual([first, second]);
    expect(await store.activeVersions('acme', '')).toEqual([]);
  });
});
