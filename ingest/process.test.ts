import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createMemoryBroker } from '../platform/broker/memory-broker.ts';
import { systemClock } from '../platform/clock.ts';
import { loadConfig } from '../platform/config/load-config.ts';
import { createMetrics } from '../platform/metrics.ts';
import { MemoryKeyValueStore } from '../platform/store/memory-key-value-store.ts';
import { createCapturedLog } from '../test/fixtures/captured-log.ts';
import { ingestConfig } from './config.ts';
import { createIngestProcess } from './process.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function fileOf(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'gaitkeeper-ingest-'));
  folders.push(folder);
  const path = join(folder, 'keys.json');
  writeFileSync(path, text);
  return path;
}

const ed25519 = generateKeyPairSync('ed25519');
const publicKey = ed25519.publicKey.export({ format: 'jwk' });
const keySetFile = (...keys: object[]) => fileOf(JSON.stringify({ keys }));
const ingestPseudonymKey = 'ab'.repeat(32);
const ingestDevelopmentSecret = 'x'.repeat(32);

function processOf(flags: Record<string, unknown>) {
  const loaded = loadConfig(ingestConfig, { flags });
  if (!loaded.ok) throw new Error(loaded.message);
  const { log, lines } = createCapturedLog();
  const made = createIngestProcess(loaded.config, {
    broker: createMemoryBroker(),
    store: new MemoryKeyValueStore(),
    clock: systemClock,
    log,
    metrics: createMetrics(),
  });
  return { made, log: lines.join('') };
}

function refusedKeys(flags: Record<string, unknown>): string[] {
  const loaded = loadConfig(ingestConfig, { flags });
  return loaded.ok ? [] : loaded.problems.map(({ what }) => what);
}

describe('the configuration', () => {
  it('needs whom to trust and a pseudonym key', () => {
    expect(refusedKeys({})).toEqual(['ingestJwksFile', 'ingestPseudonymKey']);
  });

  it('listens on one address, where the bound on connections holds', () => {
    const keys = { ingestJwksFile: 'keys.json', ingestPseudonymKey };
    expect(refusedKeys({ ...keys, ingestHost: 'localhost' })).toEqual(['ingestHost = "localhost"']);
    expect(refusedKeys({ ...keys, ingestHost: '::1' })).toEqual([]);
  });

  it('trusts a key set or a shared secret, never both', () => {
    expect(refusedKeys({ ingestJwksFile: 'keys.json', ingestPseudonymKey })).toEqual([]);
    expect(refusedKeys({ ingestDevelopment: true, ingestDevelopmentSecret })).toEqual([]);
    expect(refusedKeys({ ingestDevelopment: true, ingestDevelopmentSecret, ingestJwksFile: 'keys.json' })).toEqual([
      'ingestJwksFile',
    ]);
    expect(refusedKeys({ ingestJwksFile: 'keys.json', ingestPseudonymKey, ingestDevelopmentSecret })).toEqual([
      'ingestDevelopmentSecret',
    ]);
    expect(refusedKeys({ ingestDevelopment: true })).toEqual(['ingestDevelopmentSecret']);
  });

  it('does not forget a batch while its token lives', () => {
    const flags = { ingestDevelopment: true, ingestDevelopmentSecret };
    expect(refusedKeys({ ...flags, ingestSeenForMs: 900_000 })).toEqual(['ingestSeenForMs']);
    expect(refusedKeys({ ...flags, ingestSeenForMs: 1_020_000 })).toEqual([]);
  });

  it('refuses short secrets without showing them', () => {
    const loaded = loadConfig(ingestConfig, { flags: { ingestPseudonymKey: 'abcd', ingestJwksFile: 'k' } });
    expect(loaded.ok ? '' : loaded.message).toContain('ingestPseudonymKey');
    expect(loaded.ok ? '' : loaded.message).not.toContain('abcd');
  });
});

describe('the process', () => {
  it('starts on a key set without a word of warning, and stops', async () => {
    const { made, log } = processOf({ ingestJwksFile: keySetFile(publicKey), ingestPseudonymKey, ingestPort: 0 });
    if (!made.ok) throw new Error(made.problem.why);
    const { url } = await made.gateway.start();
    expect((await fetch(`${url}/openapi.json`)).status).toBe(200);
    await made.gateway.stop();
    expect(log).not.toContain('"level":"warn"');
  });

  it('says loudly that it is in development mode, and that pseudonyms will change', () => {
    const { log } = processOf({ ingestDevelopment: true, ingestDevelopmentSecret });
    expect(log).toMatch(/"level":"warn".*DEVELOPMENT MODE/);
    expect(log).toMatch(/"level":"warn".*pseudonyms will change/);
    expect(log).not.toContain(ingestDevelopmentSecret);
  });

  it.each<[string, () => string]>([
    ['that is not there', () => '/nowhere/keys.json'],
    ['that is not JSON', () => fileOf('-----BEGIN PUBLIC KEY-----')],
    ['without keys', () => keySetFile()],
    ['with a private key', () => keySetFile(ed25519.privateKey.export({ format: 'jwk' }))],
    ['with a shared secret', () => keySetFile({ kty: 'oct', k: 'c2VjcmV0' })],
    [
      'with an RSA key',
      () => keySetFile(generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'jwk' })),
    ],
  ])('refuses to start on a key set %s', (_, make) => {
    const { made } = processOf({ ingestJwksFile: make(), ingestPseudonymKey });
    expect(made).toMatchObject({ ok: false, problem: { what: 'ingestJwksFile' } });
  });
});
