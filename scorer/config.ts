import { z } from 'zod';
import { type ConfigOf, defineConfig } from '../platform/config/define-config.ts';
import { setting } from '../platform/config/setting.ts';
import {
  kafkaRules,
  kafkaSettings,
  processSettings,
  redisRules,
  redisSettings,
  snapshotSettings,
  stageSettings,
} from '../platform/config/shared-settings.ts';
import { defaultStageOptions as defaults } from '../platform/stage/stage-options.ts';

const scorerSettings = {
  scorerGroup: setting(z.string().min(1).max(200).default('gaitkeeper-scorer'), {
    description: 'Consumer group of the scorers. Workers of one group share the partitions of the behaviour topic.',
  }),
  scorerTemplateCacheMib: setting(z.int().min(1).max(65_536).default(96), {
    description: 'Memory for decoded templates. Larger: fewer templates are fetched again.',
    unit: 'MiB',
  }),
  scorerStateCacheMib: setting(
    z
      .int()
      .min(1)
      .max(65_536)
      .default(defaults.maxCachedStateBytes / 1_048_576),
    {
      description: 'Memory for the states of subjects seen lately, in their encoded size.',
      unit: 'MiB',
    },
  ),
  scorerMaxRecordsPerMicroBatch: setting(z.int().min(1).max(10_000).default(defaults.maxRecordsPerMicroBatch), {
    description: 'Most records judged between two writes to the store. Larger: more throughput, later verdicts.',
  }),
  scorerPartitionsConcurrently: setting(z.int().min(1).max(64).default(defaults.partitionsConcurrently), {
    description: 'Partitions that one worker handles at once: while one waits for Kafka or Redis, another is judged.',
  }),
};

/** Everything that a scorer worker can be told. */
export const scorerConfig = defineConfig(
  'scorer',
  {
    ...kafkaSettings,
    ...redisSettings,
    ...processSettings,
    ...stageSettings,
    ...snapshotSettings,
    ...scorerSettings,
  },
  [...kafkaRules, ...redisRules],
);

export type ScorerConfig = ConfigOf<typeof scorerConfig>;
