import { z } from 'zod';
import type { ConfigRule } from '../../platform/config/define-config.ts';
import { setting } from '../../platform/config/setting.ts';
import { readNetwork } from './address-rules.ts';

/** How many secrets may sign at once: the present one, and the one that follows it. */
const maxSecrets = 2;

const secrets = z.string().refine((text) => {
  const each = webhookSecretsOf(text);
  return each.length >= 1 && each.length <= maxSecrets && each.every((secret) => secret.length >= 32);
}, 'must be one secret of at least 32 characters, or two with a blank or a line break between them');

/** What webhooks can be told. */
export const webhookSettings = {
  alertWebhookUrl: setting(z.url({ protocol: /^https$/, hostname: /.+/ }).optional(), {
    description:
      'Where the identity system is asked to authenticate somebody anew, or to lock a session until they did. Not set: nobody is asked. An address inside a private network is refused, also where the name leads there.',
    example: 'https://identity.example/hooks/gaitkeeper',
  }),
  alertWebhookSecrets: setting(secrets.optional(), {
    description:
      'Signs what is sent to alertWebhookUrl (HMAC-SHA-256), at least 32 characters. While one secret follows another, both stand here, and each request carries a signature of each.',
    secret: true,
  }),
  alertWebhookAllowPrivate: setting(
    z
      .array(z.string().refine((text) => readNetwork(text) !== undefined, 'must be a network such as 10.1.0.0/16'))
      .max(64)
      .default([]),
    {
      description:
        'Private networks that alertWebhookUrl may lead to all the same. Link-local addresses, where clouds keep credentials, stay refused unless they are named here.',
      example: '10.20.30.0/24',
    },
  ),
  alertWebhookTimeoutMs: setting(z.int().min(100).max(20_000).default(5_000), {
    description: 'How long one request may take, from the look-up of the name to the status of the answer.',
    unit: 'ms',
  }),
  alertWebhookMaxAttempts: setting(z.int().min(1).max(100).default(8), {
    description: 'How often one request is tried before it is set aside. A request that has expired is not tried.',
  }),
};

/** The secrets of a setting, each once a request. */
export function webhookSecretsOf(text: string): string[] {
  return text.split(/\s+/).filter((secret) => secret !== '');
}

/** What {@link webhookSettings} must hold together. */
export const webhookRules: ConfigRule<typeof webhookSettings>[] = [
  ({ alertWebhookUrl, alertWebhookSecrets }) => {
    if ((alertWebhookUrl === undefined) === (alertWebhookSecrets === undefined)) return undefined;
    const key = 'alertWebhookSecrets';
    return alertWebhookUrl === undefined
      ? { key, why: 'alertWebhookUrl is not set, so it would not be used', fix: 'set both or none' }
      : { key, why: 'alertWebhookUrl is set, and nobody there could tell our requests from others', fix: 'set it' };
  },
];
