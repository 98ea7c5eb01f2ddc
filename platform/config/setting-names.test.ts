import { describe, expect, it } from '@jest/globals';
import { assertSettingKey, environmentNameOf, flagNameOf, keyOfEnvironmentName } from './setting-names.ts';

describe('the names of a setting', () => {
  it.each([
    ['tenant', 'GAITKEEPER_TENANT', '--tenant'],
    ['redisCommandTimeoutMs', 'GAITKEEPER_REDIS_COMMAND_TIMEOUT_MS', '--redis-command-timeout-ms'],
    ['kafkaTlsCaFile', 'GAITKEEPER_KAFKA_TLS_CA_FILE', '--kafka-tls-ca-file'],
  ])('of %s follow from its key, and back', (key, env, flag) => {
    expect(environmentNameOf(key)).toBe(env);
    expect(flagNameOf(key)).toBe(flag);
    expect(keyOfEnvironmentName(env)).toBe(key);
  });

  it.each(['Tenant', 'admin_port', 'admin-port', '', 'admin port'])('refuse the key %j', (key) => {
    expect(() => assertSettingKey(key)).toThrow('camelCase');
  });
});
