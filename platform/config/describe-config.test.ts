import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { configurationPage } from './configuration-page.ts';
import { defineConfig } from './define-config.ts';
import { configJsonSchema, describeConfig, redactConfig } from './describe-config.ts';
import { setting } from './setting.ts';

const scorer = defineConfig('scorer', {
  drainTimeoutMs: setting(z.int().min(0).max(60_000).default(20_000), { description: 'How long.', unit: 'ms' }),
  logLevel: setting(z.enum(['info', 'warn']).default('info'), { description: 'How much | how little.' }),
  redisUrl: setting(z.string(), { description: 'Where state is.', secret: true, example: 'redis://cache' }),
  adminPort: setting(z.int().optional(), { description: 'Where.' }),
});
const ingest = defineConfig('ingest', {
  kafkaBrokers: setting(z.array(z.string()).default([]), { description: 'Who.' }),
});

describe('the description of a configuration', () => {
  it('has a row a setting, derived from its schema', () => {
    expect(describeConfig(scorer)).toEqual([
      {
        key: 'drainTimeoutMs',
        env: 'GAITKEEPER_DRAIN_TIMEOUT_MS',
        flag: '--drain-timeout-ms',
        type: 'whole number from 0 to 60000',
        unit: 'ms',
        default: '20000',
        required: false,
        description: 'How long.',
        secret: false,
        example: undefined,
      },
      {
        key: 'logLevel',
        env: 'GAITKEEPER_LOG_LEVEL',
        flag: '--log-level',
        type: 'one of info, warn',
        unit: undefined,
        default: '"info"',
        required: false,
        description: 'How much | how little.',
        secret: false,
        example: undefined,
      },
      {
        key: 'redisUrl',
        env: 'GAITKEEPER_REDIS_URL',
        flag: '--redis-url',
        type: 'text',
        unit: undefined,
        default: undefined,
        required: true,
        description: 'Where state is.',
        secret: true,
        example: 'redis://cache',
      },
      {
        key: 'adminPort',
        env: 'GAITKEEPER_ADMIN_PORT',
        flag: '--admin-port',
        type: 'whole number',
        unit: undefined,
        default: undefined,
        required: false,
        description: 'Where.',
        secret: false,
        example: undefined,
      },
    ]);
  });

  it('makes a page that is the same every time, with every setting once a process', () => {
    const page = configurationPage([scorer, ingest]);
    expect(configurationPage([scorer, ingest])).toBe(page);
    expect(page).toContain('## scorer');
    expect(page).toContain(
      '| `kafkaBrokers` | `GAITKEEPER_KAFKA_BROKERS` | `--kafka-brokers` | list of text | `[]` | Who. |',
    );
    expect(page).toContain(
      '| `redisUrl` | `GAITKEEPER_REDIS_URL`, `GAITKEEPER_REDIS_URL_FILE` | `--redis-url` | text, secret | **required** | Where state is. Example: `redis://cache`. |',
    );
    expect(page).toContain('How much \\| how little.');
  });

  it('shows a configuration without its secrets', () => {
    const config = {
      drainTimeoutMs: 1,
      logLevel: 'info',
      redisUrl: 'redis://:hunter2@cache',
      adminPort: undefined,
    } as const;
    expect(redactConfig(scorer, config)).toEqual({ ...config, redisUrl: '[redacted]' });
    expect(redactConfig(scorer, { ...config, redisUrl: '' })).toEqual({ ...config, redisUrl: '' });
  });

  it('gives editors a JSON Schema that refuses unknown keys and requires none', () => {
    expect(configJsonSchema([scorer, ingest])).toMatchObject({
      type: 'object',
      additionalProperties: false,
      properties: {
        drainTimeoutMs: { type: 'integer', minimum: 0, maximum: 60_000, default: 20_000, description: 'How long.' },
        logLevel: { enum: ['info', 'warn'] },
        redisUrl: { type: 'string', description: 'Where state is.' },
        kafkaBrokers: { type: 'array' },
      },
    });
    expect(configJsonSchema([scorer])).not.toHaveProperty('required');
  });

  it('cannot be made of a key that is no environment variable', () => {
    expect(() => defineConfig('scorer', { admin_port: setting(z.int(), { description: '.' }) })).toThrow('admin_port');
  });
});
