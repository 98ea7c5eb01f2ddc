import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { z } from 'zod';
import { type ConfigOf, defineConfig, knownKeysOf } from './define-config.ts';
import { type ConfigSources, loadConfig } from './load-config.ts';
import { setting } from './setting.ts';
import { environmentNameOf } from './setting-names.ts';

const definition = defineConfig('scorer', {
  drainTimeoutMs: setting(z.int().min(0).max(60_000).default(20_000), { description: 'Drain.', unit: 'ms' }),
  kafkaBrokers: setting(z.array(z.string()).default([]), { description: 'Brokers.' }),
  developmentMode: setting(z.boolean().default(false), { description: 'Mode.' }),
  logLevel: setting(z.enum(['info', 'warn']).default('info'), { description: 'Level.' }),
  share: setting(z.number().min(0).max(1).default(0.5), { description: 'Share.' }),
  adminPort: setting(z.int().optional(), { description: 'Port.' }),
  redisUrl: setting(z.string().max(30).default(''), { description: 'Store.', secret: true }),
  tenant: setting(z.string().default('default'), { description: 'Tenant.' }),
});

function load(sources: ConfigSources): ConfigOf<typeof definition> {
  const outcome = loadConfig(definition, sources);
  if (!outcome.ok) throw new Error(outcome.message);
  return outcome.config;
}

function refusal(sources: ConfigSources): string {
  const outcome = loadConfig(definition, sources);
  if (outcome.ok) throw new Error('was accepted');
  return outcome.message;
}

const file = (text: string) => ({ path: 'gaitkeeper.yaml', text });

describe('a configuration', () => {
  it('is the defaults when nothing is given', () => {
    expect(load({})).toEqual({
      drainTimeoutMs: 20_000,
      kafkaBrokers: [],
      developmentMode: false,
      logLevel: 'info',
      share: 0.5,
      adminPort: undefined,
      redisUrl: '',
      tenant: 'default',
    });
  });

  it('takes each setting from its strongest source: flag, environment, file, default', () => {
    const drain = fc.option(fc.integer({ min: 0, max: 60_000 }), { nil: undefined });
    const brokers = fc.option(
      fc.array(fc.stringMatching(/^[a-z0-9-]{1,12}:\d{1,4}$/), { minLength: 1, maxLength: 4 }),
      {
        nil: undefined,
      },
    );
    const mode = fc.option(fc.boolean(), { nil: undefined });
    const source = fc.record({ drainTimeoutMs: drain, kafkaBrokers: brokers, developmentMode: mode });
    fc.assert(
      fc.property(source, source, source, (flags, env, inFile) => {
        const texts = Object.entries(env).map(([key, value]) => [
          environmentNameOf(key),
          value === undefined ? undefined : String(value),
        ]);
        const lines = Object.entries(inFile).filter(([, value]) => value !== undefined);
        const config = load({
          flags: Object.fromEntries(
            Object.entries(flags).map(([key, value]) => [key, value === undefined ? value : String(value)]),
          ),
          env: Object.fromEntries(texts),
          file: file(lines.map(([key, value]) => `${key}: ${JSON.stringify(value)}`).join('\n')),
        });
        expect(config.drainTimeoutMs).toBe(
          flags.drainTimeoutMs ?? env.drainTimeoutMs ?? inFile.drainTimeoutMs ?? 20_000,
        );
        expect(config.kafkaBrokers).toEqual(flags.kafkaBrokers ?? env.kafkaBrokers ?? inFile.kafkaBrokers ?? []);
        expect(config.developmentMode).toBe(
          flags.developmentMode ?? env.developmentMode ?? inFile.developmentMode ?? false,
        );
      }),
    );
  });

  it.each([
    ['true', true],
    ['1', true],
    ['false', false],
    ['0', false],
    ['TRUE', true],
  ])('understands the boolean %s in a variable', (text, value) => {
    expect(load({ env: { GAITKEEPER_DEVELOPMENT_MODE: text } }).developmentMode).toBe(value);
  });

  it('understands comma lists with spaces, and lists and switches that a command line parser has read', () => {
    expect(load({ env: { GAITKEEPER_KAFKA_BROKERS: ' a:1 , b:2,' } }).kafkaBrokers).toEqual(['a:1', 'b:2']);
    expect(load({ flags: { kafkaBrokers: ['a:1', 'b:2'], developmentMode: true } })).toMatchObject({
      kafkaBrokers: ['a:1', 'b:2'],
      developmentMode: true,
    });
  });

  it('takes an empty variable, and a key with nothing behind it, as not set', () => {
    const config = load({
      env: { GAITKEEPER_DRAIN_TIMEOUT_MS: '', GAITKEEPER_TENANT: '' },
      file: file('tenant: acme\nlogLevel:\n'),
    });
    expect(config).toMatchObject({ drainTimeoutMs: 20_000, tenant: 'acme', logLevel: 'info' });
  });

  it('can be emptied by a flag', () => {
    expect(load({ flags: { kafkaBrokers: '' }, env: { GAITKEEPER_KAFKA_BROKERS: 'a:1' } }).kafkaBrokers).toEqual([]);
  });

  it('cannot be changed afterwards', () => {
    expect(() => Object.assign(load({}), { tenant: 'other' })).toThrow(TypeError);
  });

  it.each(['', '# nothing yet\n', '---\n', '{}'])('accepts the empty file %j', (text) => {
    expect(load({ file: file(text) }).tenant).toBe('default');
  });
});

describe('a refused configuration', () => {
  it('tells every problem at once, each with value, place, reason and fix', () => {
    const message = refusal({
      flags: { drainTimeoutMs: 'soon' },
      env: { GAITKEEPER_LOG_LEVEL: 'loud', GAITKEEPER_TENNANT: 'acme' },
      file: file('# ours\nshare: 1.5\ndrainTimeout: 5\n'),
    });
    expect(message).toContain('The configuration of scorer has 5 problems');
    expect(message).toContain('drainTimeoutMs = "soon" (--drain-timeout-ms)');
    expect(message).toContain('whole number from 0 to 60000 (ms)');
    expect(message).toContain('logLevel = "loud" (GAITKEEPER_LOG_LEVEL)');
    expect(message).toContain('one of info, warn');
    expect(message).toContain('GAITKEEPER_TENNANT (environment)');
    expect(message).toContain('did you mean GAITKEEPER_TENANT?');
    expect(message).toContain('share = 1.5 (gaitkeeper.yaml:2)');
    expect(message).toContain('drainTimeout (gaitkeeper.yaml:3)');
    expect(message).toContain('did you mean drainTimeoutMs?');
    expect(message.split('fix:')).toHaveLength(6);
  });

  it('names an unknown flag', () => {
    expect(refusal({ flags: { tennant: 'acme' } })).toContain('did you mean --tenant?');
  });

  it('suggests nothing where nothing is near', () => {
    const message = refusal({ file: file('somethingElseAltogether: 1') });
    expect(message).not.toContain('did you mean');
    expect(message).toContain('gaitkeeper config');
  });

  it.each(['constructor', '__proto__', 'toString'])('has no setting called %s', (key) => {
    expect(refusal({ file: file(`${key}: 1`) })).toContain('there is no such setting');
    expect(refusal({ flags: Object.fromEntries([[key, '1']]) })).toContain('there is no such setting');
  });

  it('says what must be set, and every way to set it', () => {
    const strict = defineConfig('ingest', {
      tenantKey: setting(z.string().min(32), { description: 'Key.', secret: true, example: 'openssl rand -hex 32' }),
    });
    const outcome = loadConfig(strict, {});
    expect(outcome.ok).toBe(false);
    expect(outcome).toMatchObject({ message: expect.stringContaining('it must be set') });
    expect(outcome).toMatchObject({
      message: expect.stringContaining(
        '--tenant-key, GAITKEEPER_TENANT_KEY, GAITKEEPER_TENANT_KEY_FILE or `tenantKey:` in the file',
      ),
    });
  });

  it.each([
    ['a list', '- tenant\n', 'gaitkeeper.yaml:1'],
    ['a text', 'tenant', 'gaitkeeper.yaml:1'],
    ['a key twice', 'tenant: a\nlogLevel: warn\ntenant: b\n', 'gaitkeeper.yaml:3'],
    ['broken YAML', 'tenant: a\nlogLevel: "warn\n', 'gaitkeeper.yaml:'],
    ['a tab as indentation', 'kafkaBrokers:\n\t- a:1\n', 'gaitkeeper.yaml:2'],
    ['another type', 'share: 0.1\ntenant: 12\n', 'gaitkeeper.yaml:2'],
    ['nested keys', 'share: 0.1\nkafka:\n  brokers: [a]\n', 'gaitkeeper.yaml:2'],
    ['a bomb of aliases', bombOfAliases(), 'gaitkeeper.yaml:'],
    ['too many bytes', `# ${'x'.repeat(1_048_576)}`, 'larger than'],
  ])('names the line of %s', (_, text, place) => {
    expect(refusal({ file: file(text) })).toContain(place);
  });

  it('never throws, whatever the file holds', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.string().map((text) => `tenant: ${text}`),
        ),
        (text) => {
          expect(typeof loadConfig(definition, { file: file(text) }).ok).toBe('boolean');
        },
      ),
    );
  });

  it('checks rules across settings, beside unknown keys', () => {
    const ruled = defineConfig(
      'ingest',
      {
        low: setting(z.int().default(1), { description: '.' }),
        high: setting(z.int().default(2), { description: '.' }),
      },
      [({ low, high }) => (low <= high ? undefined : { key: 'low', why: 'above high', fix: 'lower it' })],
    );
    expect(loadConfig(ruled, {}).ok).toBe(true);
    const outcome = loadConfig(ruled, { env: { GAITKEEPER_LOW: '3', GAITKEEPER_LOWW: '3' } });
    expect(outcome).toMatchObject({
      problems: [
        { what: 'GAITKEEPER_LOWW' },
        { what: 'low', where: 'GAITKEEPER_LOW', why: 'above high', fix: 'lower it' },
      ],
    });
  });
});

describe('one environment and file for all processes', () => {
  const other = defineConfig('ingest', {
    ingestPort: setting(z.int().default(8080), { description: 'Port.' }),
    tenantKey: setting(z.string().default(''), { description: 'Key.', secret: true }),
  });
  const knownKeys = knownKeysOf([definition, other]);

  it('may hold what only another process knows', () => {
    const env = { GAITKEEPER_INGEST_PORT: 'not mine to judge', GAITKEEPER_TENANT_KEY_FILE: '/nowhere' };
    expect(load({ env, file: file('ingestPort: 9\ntenant: acme'), knownKeys }).tenant).toBe('acme');
  });

  it('may hold the variables of the tests, recordings and files, and what is not ours', () => {
    const env = {
      GAITKEEPER_TEST_KAFKA: 'a:1',
      GAITKEEPER_DATASETS: '..',
      GAITKEEPER_CONFIG: 'f',
      GAITKEEPER_CACHE: 'c',
      PATH: '/bin',
    };
    expect(load({ env }).tenant).toBe('default');
  });

  it('suggests keys of the other processes too', () => {
    expect(refusal({ file: file('ingestPorts: 9'), knownKeys })).toContain('did you mean ingestPort?');
  });

  it('has no flag of another process', () => {
    expect(refusal({ flags: { ingestPort: 9 }, knownKeys })).toContain('--ingest-port');
  });
});

describe('a secret', () => {
  const secret = 'redis://:hunter2@cache:6379';

  it('is read from the file that its variable names, without the last line feed', () => {
    const folder = mkdtempSync(join(tmpdir(), 'gaitkeeper-secret-'));
    const path = join(folder, 'redis-url');
    writeFileSync(path, `${secret}\n`);
    expect(load({ env: { GAITKEEPER_REDIS_URL_FILE: path } }).redisUrl).toBe(secret);
    writeFileSync(path, 'x'.repeat(70_000));
    expect(refusal({ env: { GAITKEEPER_REDIS_URL_FILE: path } })).toContain('larger than');
    rmSync(folder, { recursive: true });
  });

  it('is refused when its file cannot be read, or when it is given twice', () => {
    expect(refusal({ env: { GAITKEEPER_REDIS_URL_FILE: '/no/such/file' } })).toContain('ENOENT');
    const twice = { GAITKEEPER_REDIS_URL_FILE: '/secret', GAITKEEPER_REDIS_URL: secret };
    expect(refusal({ env: twice, readSecret: () => secret })).toContain('GAITKEEPER_REDIS_URL is set as well');
  });

  it('is the only kind of setting with a file of its own', () => {
    expect(refusal({ env: { GAITKEEPER_TENANT_FILE: '/tenant' } })).toContain('GAITKEEPER_TENANT_FILE');
  });

  it.each<[string, ConfigSources]>([
    ['a flag', { flags: { redisUrl: `${secret}-far-too-long` } }],
    ['a variable', { env: { GAITKEEPER_REDIS_URL: `${secret}-far-too-long` } }],
    ['the file', { file: file(`redisUrl: ${secret}-far-too-long`) }],
    ['a mounted file', { env: { GAITKEEPER_REDIS_URL_FILE: '/s' }, readSecret: () => `${secret}-far-too-long` }],
  ])('from %s is not repeated in the message', (_, sources) => {
    const message = refusal(sources);
    expect(message).toContain('redisUrl');
    expect(message).not.toContain('hunter2');
  });
});

function bombOfAliases(): string {
  const levels = Array.from({ length: 8 }, (_, level) => `  - &l${level + 1} [${`*l${level},`.repeat(10)}]`);
  return `tenant:\n  - &l0 [x]\n${levels.join('\n')}\n`;
}
