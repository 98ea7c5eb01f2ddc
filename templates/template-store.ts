import { z } from 'zod';
import type { Template } from '../detection/words/template.ts';
import { type Clock, systemClock } from '../platform/clock.ts';
import type { KeyValueStore } from '../platform/store/key-value-store.ts';
import type { TemplateChangelog } from './template-changelog.ts';
import type { TemplateFault } from './template-fault.ts';
import { decodeTemplate, encodeTemplate, templateVersion } from './template-format.ts';
import { createTemplateRestorer, type TemplateFiles } from './template-restorer.ts';

/** Versions of one subject that stay loadable: the active one and those a rollback may want back. */
export const retainedVersions = 5;

/** `absent`: the store holds no such version. The other reasons: it holds bytes that may judge nobody. */
export type LoadOutcome =
  | { ok: true; template: Template }
  | { ok: false; reason: 'absent' | TemplateFault; detail: string };

/**
 * Where templates live, by the SHA-256 of their file. Every call rejects with `StoreUnavailable` when the store under
 * it does not answer.
 */
export interface TemplateStore {
  /**
   * Stores the template and returns its version. The same template has the same version, however often it is put. Where
   * there is a changelog, the file is in it first: rejects with `BrokerUnavailable` where that cannot be.
   */
  put(template: Template | Omit<Template, 'version'>): Promise<string>;
  get(version: string): Promise<LoadOutcome>;
  /**
   * Notes which version was activated last for a subject (`''`: the cohort), and forgets those older than the
   * {@link retainedVersions} last. For people who ask; the scorer learns it from the activation record alone.
   */
  noteActive(tenant: string, subject: string, version: string): Promise<void>;
  /** The versions activated last, newest first; empty where there was none. */
  activeVersions(tenant: string, subject: string): Promise<string[]>;
}

const history = z.array(z.string().regex(/^[0-9a-f]{64}$/)).max(retainedVersions);

/** What a template store stands on. */
export interface TemplateStoreParts {
  values: KeyValueStore;
  /** The durable home of the files, of which `values` is then a copy close at hand. Without one, what `values` loses is lost. */
  changelog?: TemplateChangelog;
  clock?: Clock;
}

/** Templates in a key-value store under `template:<version>`; the notes under `active-template:<tenant>:<subject>`. */
export function createTemplateStore({ values, changelog, clock = systemClock }: TemplateStoreParts): TemplateStore {
  const files: TemplateFiles = {
    get: async (version) => (await values.getMany([templateKey(version)]))[0],
    put: (version, file) => values.put(templateKey(version), file),
    delete: (version) => values.delete(templateKey(version)),
  };
  const restorer = changelog === undefined ? undefined : createTemplateRestorer({ changelog, files, clock });

  async function activeVersions(tenant: string, subject: string): Promise<string[]> {
    const [bytes] = await values.getMany([activeKey(tenant, subject)]);
    return bytes === undefined ? [] : readHistory(bytes);
  }
  return {
    async put(template) {
      const bytes = encodeTemplate(template);
      const version = templateVersion(bytes);
      const checked = decodeTemplate(bytes, version);
      // A template that could never be loaded again is a defect of whoever fitted it.
      if (!checked.ok) throw new Error(`template refused before storing: ${checked.reason}: ${checked.detail}`);
      // Its durable home first: what an activation names must be found again whatever the store loses.
      await changelog?.append(version, bytes);
      await files.put(version, bytes);
      return version;
    },

    async get(version) {
      const bytes = (await files.get(version)) ?? (await restorer?.restore(version));
      if (bytes === undefined) return { ok: false, reason: 'absent', detail: version };
      return decodeTemplate(bytes, version);
    },

    async noteActive(tenant, subject, version) {
      const versions = [version, ...(await activeVersions(tenant, subject)).filter((other) => other !== version)];
      const kept = versions.slice(0, retainedVersions);
      await values.put(activeKey(tenant, subject), Buffer.from(JSON.stringify(kept)));
      const forgotten = versions.slice(retainedVersions);
      if (forgotten.length > 0) await changelog?.forget(forgotten);
      for (const version of forgotten) await files.delete(version);
    },

    activeVersions,
  };
}

/** Where a version's file stands in the key-value store. */
export function templateKey(version: string): string {
  return `template:${version}`;
}

function activeKey(tenant: string, subject: string): string {
  return `active-template:${encodeURIComponent(tenant)}:${subject === '' ? 'cohort' : subject}`;
}

/** An unreadable note counts as none: it is rewritten by the next activation, and nothing judges by it. */
function readHistory(bytes: Buffer): string[] {
  try {
    const read = history.safeParse(JSON.parse(bytes.toString()));
    return read.success ? read.data : [];
  } catch {
    return [];
  }
}
