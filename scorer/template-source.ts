import { LRUCache } from 'lru-cache';
import type { Template } from '../detection/words/template.ts';
import type { Logger } from '../platform/log.ts';
import { StoreUnavailable } from '../platform/store/state-store.ts';
import type { TemplateCache } from '../templates/template-cache.ts';
import type { LoadOutcome } from '../templates/template-store.ts';
import type { ScorerMetrics } from './scorer-metrics.ts';

/** A loaded template, why it cannot be used, or `store-unavailable`: nothing is known, ask again later. */
export type TemplateAnswer = LoadOutcome | { ok: false; reason: 'store-unavailable'; detail: string };

/** Where the scorer gets templates from. */
export interface TemplateSource {
  /** The template if it is at hand now. */
  peek(version: string): Template | undefined;
  /** From the cache or the store, counted. */
  load(version: string): Promise<TemplateAnswer>;
}

/** Unusable versions that were complained about once; a subject types on, and a line per batch would bury the first one. */
const rememberedComplaints = 1_000;

export function createTemplateSource({
  templates,
  metrics,
  log,
}: {
  templates: TemplateCache;
  metrics: ScorerMetrics;
  log: Logger;
}): TemplateSource {
  const complaints = new LRUCache<string, true>({ max: rememberedComplaints });

  async function ask(version: string): Promise<TemplateAnswer> {
    try {
      return await templates.get(version);
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
      return { ok: false, reason: 'store-unavailable', detail: error.message };
    }
  }

  return {
    peek: (version) => templates.peek(version),
    async load(version) {
      const answer = await ask(version);
      metrics.templateLoads.inc({ outcome: answer.ok ? 'loaded' : answer.reason });
      if (answer.ok) complaints.delete(version);
      else if (answer.reason !== 'store-unavailable' && !complaints.has(version)) {
        complaints.set(version, true);
        const { reason, detail } = answer;
        log.error({ version, reason, detail }, 'template cannot be used: publish it again, or activate another one');
      }
      return answer;
    },
  };
}
