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
import { alertFormats } from './alerts/format.ts';
import { directorySettings } from './directory/directory-settings.ts';
import { analystApiRules, analystApiSettings } from './feedback/analyst-api-settings.ts';
import { webhookRules, webhookSettings } from './webhooks/webhook-settings.ts';

const alertingSettings = {
  alertingGroup: setting(z.string().min(1).max(200).default('gaitkeeper-alerting'), {
    description:
      'Consumer group that turns verdicts into incidents; the other stages of alerting add their name to it (`-publishing`, `-entity-risk`, `-feedback`, `-webhooks`). Workers of one group share the partitions.',
  }),
  alertFormats: setting(z.array(z.enum(alertFormats)).min(1).max(alertFormats.length).default(['ecs']), {
    description: 'In which formats alerts are written, each to a topic of its own.',
    example: 'ecs,ocsf',
  }),
  alertHourlyLimit: setting(z.int().min(1).max(1_000_000).default(1_000), {
    description:
      'Alerts that ask somebody to look, an hour and tenant; critical ones have as many again. What is beyond is held back, and told in numbers. Each partition of the incident topic has its share, rounded up. All workers need the same value.',
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
    ...directorySettings,
    ...webhookSettings,
    ...analystApiSettings,
  },
  [...kafkaRules, ...redisRules, ...webhookRules, ...analystApiRules],
);

export type AlertingConfig = ConfigOf<typeof alertingConfig>;
