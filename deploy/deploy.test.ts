import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { DockerfileParser } from 'dockerfile-ast';
import { parse } from 'yaml';
import { processConfigs } from '../cli/process-configs.ts';
import { knownKeysOf } from '../platform/config/define-config.ts';
import { loadConfig } from '../platform/config/load-config.ts';

const at = (name: string) => readFileSync(new URL(name, import.meta.url), 'utf8');

interface Service {
  image: string;
  build?: { dockerfile: string };
  command?: string[];
  healthcheck?: { test: string[] };
  depends_on?: Record<string, { condition: string }>;
  environment?: Record<string, string>;
  volumes?: string[];
  ports?: string[];
}

const compose = parse(at('compose.yaml'), { merge: true }) as { services: Record<string, Service>; volumes: object };

describe('compose.yaml', () => {
  it('starts the three processes from one image, on official Kafka and Redis images', () => {
    const images = Object.fromEntries(Object.entries(compose.services).map(([name, { image }]) => [name, image]));
    expect(images['kafka']).toMatch(/^apache\/kafka:/);
    expect(images['redis']).toMatch(/^redis:/);
    for (const process of ['ingest', 'scorer', 'alerting']) {
      expect(compose.services[process]?.command).toEqual([process]);
      expect(images[process]).toBe('gaitkeeper:local');
    }
  });

  it('waits for prepared topics and a healthy store, and checks the health of everything that stays up', () => {
    for (const [name, service] of Object.entries(compose.services)) {
      if (name === 'topics') continue;
      expect([name, service.healthcheck?.test.length]).toEqual([name, expect.any(Number)]);
    }
    for (const process of ['ingest', 'scorer', 'alerting']) {
      expect(compose.services[process]?.depends_on).toEqual({
        topics: { condition: 'service_completed_successfully' },
        redis: { condition: 'service_healthy' },
      });
    }
  });

  it('tells each process only settings that it knows and accepts', () => {
    for (const definition of processConfigs) {
      const environment = compose.services[definition.process]?.environment;
      if (environment === undefined) continue;
      // What compose takes from the caller's environment is a key in hexadecimal digits.
      const env = Object.fromEntries(
        Object.entries(environment).map(([name, value]) => [name, value.startsWith('${') ? 'ab'.repeat(32) : value]),
      );
      const loaded = loadConfig(definition, { env, knownKeys: knownKeysOf([definition]) });
      expect([definition.process, loaded.ok ? '' : loaded.message]).toEqual([definition.process, '']);
    }
  });

  it('keeps the topics on the volume, and shows Kafka to this host under an address that it can reach', () => {
    const { environment, volumes, ports } = compose.services['kafka'] ?? {};
    expect(volumes?.map((each) => each.split(':')[1])).toEqual([environment?.['KAFKA_LOG_DIRS']]);
    const listeners = (environment?.['KAFKA_ADVERTISED_LISTENERS'] ?? '').split(',');
    expect(listeners).toContain('HOST://localhost:9092');
    expect(ports).toEqual(['127.0.0.1:9092:19092']);
    expect(environment?.['KAFKA_LISTENERS']).toContain('HOST://:19092');
  });

  it('publishes ports on the loopback address alone', () => {
    const published = Object.values(compose.services).flatMap(({ ports }) => ports ?? []);
    expect(published.length).toBeGreaterThan(0);
    for (const port of published) expect(port).toMatch(/^127\.0\.0\.1:/);
  });

  it('never lets Redis evict state', () => {
    expect(compose.services['redis']?.command?.join(' ')).toContain('--maxmemory-policy noeviction');
  });

  it('names no service that does not exist', () => {
    for (const { depends_on } of Object.values(compose.services)) {
      for (const name of Object.keys(depends_on ?? {})) expect(Object.keys(compose.services)).toContain(name);
    }
  });
});

describe('the Dockerfile', () => {
  const instructions = DockerfileParser.parse(at('Dockerfile')).getInstructions();

  it('runs as a user without rights and starts the command line', () => {
    const said = instructions.map(
      (instruction) => `${instruction.getInstruction()} ${instruction.getArgumentsContent()}`,
    );
    expect(said.filter((line) => line.startsWith('USER')).at(-1)).toBe('USER node');
    expect(said.at(-2)).toBe('ENTRYPOINT ["node", "--enable-source-maps", "dist/cli/main.js"]');
    expect(said.at(-1)).toBe('CMD ["--help"]');
  });

  it('copies nothing but the manifest, the dependencies and the compiled program into the image', () => {
    const copied = instructions
      .filter((instruction) => instruction.getInstruction() === 'COPY')
      .map((instruction) => instruction.toString())
      .filter((line) => line.includes('--from=build'));
    expect(copied.map((line) => line.split(' ').at(-1))).toEqual(['./package.json', './node_modules', './dist']);
  });
});
