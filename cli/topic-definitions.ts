import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import type { TopicDefinition } from '../platform/broker/broker.ts';

const configSchema = z.record(z.string(), z.string());

const fileSchema = z.strictObject({
  defaults: z.strictObject({ replicationFactor: z.number().int().min(1), config: configSchema }),
  topics: z
    .array(
      z.strictObject({
        name: z.string().regex(/^[a-z-]+\.v[0-9]+$/),
        purpose: z.string().min(1),
        partitions: z.number().int().min(1).max(1_000),
        config: configSchema.default({}),
      }),
    )
    .min(1),
});

/** How the definitions of `deploy/topics.yaml` are fitted to a cluster. */
export interface TopicFitting {
  prefix: string;
  /** Instead of the file's: 1 on a single broker. Then `min.insync.replicas` is 1 as well. */
  replicationFactor?: number;
  /** Instead of the file's, for a trial on few cores. */
  partitions?: number;
}

/** `deploy/topics.yaml`, beside the sources or beside their compiled form. */
export const topicsFile = new URL('../deploy/topics.yaml', import.meta.url);

/** Reads and checks topic definitions. Throws where the file is not what its schema says, naming the place. */
export function readTopicDefinitions(file: URL | string, fitting: TopicFitting): TopicDefinition[] {
  const { defaults, topics } = fileSchema.parse(parse(readFileSync(file, 'utf8')));
  return topics.map(({ name, partitions, config }) => ({
    name: `${fitting.prefix}${name}`,
    partitions: fitting.partitions ?? partitions,
    replicationFactor: fitting.replicationFactor ?? defaults.replicationFactor,
    config: {
      ...defaults.config,
      ...config,
      ...(fitting.replicationFactor === 1 ? { 'min.insync.replicas': '1' } : {}),
    },
  }));
}

/** One line of `gaitkeeper topics plan`. */
export type TopicChange =
  | { kind: 'create'; topic: TopicDefinition }
  | { kind: 'unchanged'; name: string }
  | { kind: 'differs'; name: string; differences: { setting: string; wanted: string; found: string }[] };

/** What `topics apply` would do: it creates what is missing and never alters what exists, it only says where that differs. */
export function planTopics(wanted: readonly TopicDefinition[], existing: readonly TopicDefinition[]): TopicChange[] {
  const found = new Map(existing.map((topic) => [topic.name, topic]));
  return wanted.map((topic) => {
    const present = found.get(topic.name);
    if (present === undefined) return { kind: 'create', topic };
    const differences = [
      ...difference('partitions', String(topic.partitions), String(present.partitions)),
      ...difference('replicationFactor', String(topic.replicationFactor), String(present.replicationFactor)),
      ...Object.entries(topic.config).flatMap(([setting, value]) =>
        difference(setting, value, present.config[setting] ?? '(not set)'),
      ),
    ];
    return differences.length === 0
      ? { kind: 'unchanged', name: topic.name }
      : { kind: 'differs', name: topic.name, differences };
  });
}

function difference(setting: string, wanted: string, found: string) {
  return wanted === found ? [] : [{ setting, wanted, found }];
}
