import { LRUCache } from 'lru-cache';
import type { Template } from '../detection/words/template.ts';
import type { LoadOutcome, TemplateStore } from './template-store.ts';

/** What the cache may take where nothing else is said. */
export const defaultTemplateCacheOptions = {
  /** About 1,000 templates of two modalities. */
  maxBytes: 96 * 1024 * 1024,
} satisfies TemplateCacheOptions;

/** The cache's bounds. */
export interface TemplateCacheOptions {
  /** Bound of all decoded templates together. */
  maxBytes: number;
}

/** Decoded templates close at hand. A version never changes, so nothing here ever goes stale. */
export interface TemplateCache {
  /** The template if it is at hand now; never asks the store. */
  peek(version: string): Template | undefined;
  /** From the cache or the store. Concurrent loads of one version are one load; failures are not remembered. */
  get(version: string): Promise<LoadOutcome>;
  /** Bytes and templates held, for metrics. */
  size(): { bytes: number; templates: number };
}

/** Least recently used first out, bounded by bytes. Rejects with `StoreUnavailable` as the store does. */
export function createTemplateCache({
  store,
  options = defaultTemplateCacheOptions,
}: {
  store: Pick<TemplateStore, 'get'>;
  options?: TemplateCacheOptions;
}): TemplateCache {
  const held = new LRUCache<string, Template>({ maxSize: options.maxBytes, sizeCalculation: templateBytes });
  const loading = new Map<string, Promise<LoadOutcome>>();

  async function load(version: string): Promise<LoadOutcome> {
    const loaded = await store.get(version);
    if (loaded.ok) held.set(version, loaded.template);
    return loaded;
  }

  return {
    peek: (version) => held.get(version),
    get(version) {
      const template = held.get(version);
      if (template !== undefined) return Promise.resolve({ ok: true, template });
      const joined = loading.get(version);
      if (joined !== undefined) return joined;
      const started = load(version);
      loading.set(version, started);
      const forget = () => loading.delete(version);
      void started.then(forget, forget);
      return started;
    },
    size: () => ({ bytes: held.calculatedSize, templates: held.size }),
  };
}

/** What a decoded template takes in memory: its arrays, and an allowance for the objects around them. */
function templateBytes({ models, backgrounds }: Template): number {
  const objectBytes = 1024;
  const arrays = [
    ...models.flatMap(({ scaler, autoencoder: net, distance, likelihoodRatio, calibration }) => [
      ...[scaler.centre, scaler.spread, net.encode, net.encodeBias, net.decode, net.decodeBias],
      ...[distance.mean, distance.lower, calibration.scoreQuantiles],
      ...(likelihoodRatio === null ? [] : [likelihoodRatio.mean, likelihoodRatio.lower]),
    ]),
    ...backgrounds.flatMap(({ scaler, stranger }) => [scaler.centre, scaler.spread, stranger.mean, stranger.lower]),
  ];
  return arrays.reduce((bytes, array) => bytes + array.byteLength, objectBytes);
}
