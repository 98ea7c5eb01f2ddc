import { expect, it } from '@jest/globals';
import { createMemoryBroker } from '../../platform/broker/memory-broker.ts';
import { loadConfig } from '../../platform/config/load-config.ts';
import { createMetrics } from '../../platform/metrics.ts';
import { MemoryStateStore } from '../../platform/store/memory-state-store.ts';
import { createCapturedLog } from '../../test/fixtures/captured-log.ts';
import { alertingConfig } from '../config.ts';
import { createAlertingProcess } from '../process.ts';

const secret = 's'.repeat(32);

function loaded(flags: Record<string, string>) {
  return loadConfig(alertingConfig, { flags, env: {}, knownKeys: new Set(Object.keys(alertingConfig.settings)) });
}

function membersWith(flags: Record<string, string>): string[] {
  const read = loaded(flags);
  if (!read.ok) throw new Error(read.message);
  const { log } = createCapturedLog();
  const around = { broker: createMemoryBroker(), states: new MemoryStateStore(), log, metrics: createMetrics() };
  return createAlertingProcess(read.config, around).members.map(({ name }) => name);
}

it('webhooks are a member of alerting where a receiver is named, and only there', () => {
  const named = {
    alertWebhookUrl: 'https://identity.example/hooks',
    alertWebhookSecrets: `${secret} ${'t'.repeat(32)}`,
  };
  expect(membersWith(named)).toContain('alerting-webhooks');
  expect(membersWith({})).not.toContain('alerting-webhooks');
});

it.each([
  [{ alertWebhookUrl: 'http://identity.example/', alertWebhookSecrets: secret }, 'alertWebhookUrl'],
  [{ alertWebhookUrl: 'https://identity.example/' }, 'alertWebhookSecrets'],
  [{ alertWebhookSecrets: secret }, 'alertWebhookSecrets'],
  [{ alertWebhookUrl: 'https://identity.example/', alertWebhookSecrets: 'short' }, 'alertWebhookSecrets'],
  [{ alertWebhookAllowPrivate: '10.0.0.0' }, 'alertWebhookAllowPrivate'],
  [{ alertDirectoryKeys: 'k1:short' }, 'alertDirectoryKeys'],
  [{ alertApiPort: '0' }, 'alertApiTokensFile'],
])('what is wrong is said by its name, without the secret: %#', (flags, key) => {
  const read = loaded(flags as Record<string, string>);
  expect(read.ok ? '' : read.message).toContain(key);
  expect(JSON.stringify(read)).not.toMatch(/ssss|k1:short/);
});
