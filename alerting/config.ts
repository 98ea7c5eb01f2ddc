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

const alertingSettings = {
  alertingGroup: setting(z.string().min(1).max(200).default('gaitkeeper-alerting'), {
    description: 'Consumer group of alerting. Workers of one group share the partitions of the verdict topic.',
  }),
};

/** Everything that alerting can be told. */
export const alertingConfig = defineConfig(
  'alerting',
  {
    ...kafkaSettings,
    ...redisSettings,
    ...processSettings,
    ...stageSettings,
    ...snapshotSettings,
    ...alertingSettings,
  },
  [...kafkaRules, ...redisRules],
);

export type AlertingConfig = ConfigOf<typeof alertingConfig>;
