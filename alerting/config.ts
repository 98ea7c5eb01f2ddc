import { z } from 'zod';
import { type ConfigOf, type ConfigRule, defineConfig } from '../platform/config/define-config.ts';
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
  alertDirectoryKey: setting(
    z
      .string()
      .regex(/^[0-9a-f]{64}$/i, 'must be 64 hexadecimal digits')
      .optional(),
    {
      description:
        'Key of the directory that tells whom pseudonyms stand for (AES-256-GCM). Not set: alerts carry pseudonyms alone.',
      secret: true,
    },
  ),
  alertWebhookUrl: setting(z.url({ protocol: /^https$/, hostname: /.+/ }).optional(), {
    description:
      'Where the identity system is asked to authenticate somebody anew. Not set: nobody is asked. Addresses inside private networks are refused.',
    example: 'https://identity.example/hooks/gaitkeeper',
  }),
  alertWebhookSecret: setting(z.string().min(32).optional(), {
    description: 'Signs what is sent to alertWebhookUrl (HMAC-SHA-256), at least 32 characters.',
    secret: true,
  }),
};

const alertingRules: ConfigRule<typeof alertingSettings>[] = [
  ({ alertWebhookUrl, alertWebhookSecret }) => {
    if (alertWebhookUrl === undefined || alertWebhookSecret !== undefined) return undefined;
    const why = 'alertWebhookUrl is set, and nobody there could tell our requests from others';
    return {
      key: 'alertWebhookSecret',
      why,
      fix: 'set alertWebhookSecret to a shared secret, or remove alertWebhookUrl',
    };
  },
];

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
  [...kafkaRules, ...redisRules, ...alertingRules],
);

export type AlertingConfig = ConfigOf<typeof alertingConfig>;
