import { type Clock, systemClock } from '../../platform/clock.ts';
import type { KeyedStageRunner } from '../../platform/stage/run-keyed-stage.ts';
import type { AlertingConfig } from '../config.ts';
import { createAddressJudge, readNetwork } from './address-rules.ts';
import { systemResolve } from './resolved-target.ts';
import { createSendWebhook } from './send-webhook.ts';
import { createWebhookMember, type WebhookMemberDependencies } from './webhook-member.ts';
import { webhookSecretsOf } from './webhook-settings.ts';

/** What the process around the webhooks brings. */
export type ConfiguredWebhooksDependencies = Pick<
  WebhookMemberDependencies,
  'broker' | 'topics' | 'group' | 'log' | 'metrics'
> & { clock?: Clock };

/** What makes a member of the webhooks as configured; `undefined` where nobody is to be asked. */
export function configuredWebhooks(
  config: AlertingConfig,
  { clock = systemClock, ...dependencies }: ConfiguredWebhooksDependencies,
): (() => KeyedStageRunner) | undefined {
  const { alertWebhookUrl, alertWebhookSecrets } = config;
  if (alertWebhookUrl === undefined || alertWebhookSecrets === undefined) return undefined;
  const allowed = config.alertWebhookAllowPrivate.flatMap((text) => readNetwork(text) ?? []);
  const send = createSendWebhook({
    url: new URL(alertWebhookUrl),
    secrets: webhookSecretsOf(alertWebhookSecrets),
    mayReach: createAddressJudge(allowed),
    resolve: systemResolve,
    timeoutMs: config.alertWebhookTimeoutMs,
    clock,
  });
  return () =>
    createWebhookMember({
      ...dependencies,
      ...{ send, clock, random: Math.random, maxAttempts: config.alertWebhookMaxAttempts },
      sessionTimeoutMs: config.kafkaSessionTimeoutMs,
    });
}
