import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freePorts } from '../deploy/local/free-ports.ts';
import { datasetsDirectory } from '../evaluation/recordings/open-recordings.ts';
import { builtMain } from './fixtures/built-program.ts';
import { realKafka, realRedis } from './servers/real-servers.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const readme = readFileSync(join(root, 'README.md'), 'utf8');
/** The shell examples of the README, in order, as they stand there. */
const examples = [...readme.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, text = '']) => text.trim());
const holding = (text: string) => examples.filter((example) => example.includes(text));

let shims = '';

/** `npx gaitkeeper` is the program that was just built, as an `npm install` builds it. Everything else is as the reader types it. */
beforeAll(() => {
  shims = mkdtempSync(join(tmpdir(), 'gaitkeeper-readme-'));
  writeFileSync(join(shims, 'npx'), `#!/bin/sh\nshift\nexec "${process.execPath}" "${builtMain}" "$@"\n`);
  chmodSync(join(shims, 'npx'), 0o755);
});

afterAll(() => rmSync(shims, { recursive: true, force: true }));

async function run(script: string, env: Record<string, string> = {}): Promise<string> {
  const own = Object.entries(process.env).filter(
    ([name]) => !name.startsWith('GAITKEEPER_') || name === 'GAITKEEPER_CACHE',
  );
  const { stdout } = await promisify(execFile)('bash', ['--norc', '-euo', 'pipefail', '-c', script], {
    cwd: root,
    env: {
      ...Object.fromEntries(own),
      NODE_OPTIONS: '',
      NO_COLOR: '1',
      PATH: `${shims}:${process.env['PATH']}`,
      ...env,
    },
    maxBuffer: 64 * 1_048_576,
  });
  return stdout;
}

function jsonLines(output: string): Record<string, unknown>[] {
  return output
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('the examples of the README', () => {
  it('are all known to this test', () => {
    const known = ['npm run demo', 'npm test', 'gaitkeeper replay', 'gaitkeeper evaluate', 'gaitkeeper ingest'].flatMap(
      holding,
    );
    expect(known).toEqual(examples);
  });

  it('begin with the two commands, of which the second is what lands a change', () => {
    expect(examples.slice(0, 2)).toEqual(['npm install && npm run demo', 'npm install && npm test']);
    const gate = readFileSync(join(root, '.ci/run'), 'utf8');
    expect(gate.indexOf('npm install')).toBeGreaterThan(0);
    expect(gate.indexOf('npm test')).toBeGreaterThan(gate.indexOf('npm install'));
  });

  it('show in the demo who was caught, why, and what to try next', async () => {
    const told = await run('npm run --silent demo');
    expect(told).toContain('synthetic');
    expect(told.match(/^caught /gm)?.length).toBe(2);
    expect(told).toContain('"kind": "alert"');
    expect(told).toContain('Try next');
  }, 120_000);

  it('replay the workforce and real recordings, embedded and on real servers, with one verdict a batch', async () => {
    const [example = ''] = holding('gaitkeeper replay');
    const [kafka, redis, datasets] = [realKafka(), realRedis(), datasetsDirectory()];
    const missing = [
      ...(kafka.available ? [] : [`--real: ${kafka.reason}`]),
      ...(redis.available ? [] : [`--real: ${redis.reason}`]),
      ...(datasets === undefined ? ['--recordings: GAITKEEPER_DATASETS is not set'] : []),
    ];
    for (const reason of missing) process.stderr.write(`left out of the README's replays: ${reason}\n`);
    const lines = example
      .split('\n')
      .filter(
        (line) =>
          !(line.includes('--real') && missing.some((reason) => reason.startsWith('--real'))) &&
          !(line.includes('--recordings') && datasets === undefined),
      );
    const servers =
      kafka.available && redis.available
        ? { GAITKEEPER_KAFKA_BROKERS: kafka.brokers.join(','), GAITKEEPER_REDIS_URL: redis.url }
        : {};
    const reports = jsonLines(await run(lines.join('\n'), { ...servers, GAITKEEPER_DATASETS: datasets ?? '' }));
    expect(reports).toHaveLength(lines.length);
    for (const report of reports) {
      expect(report['verdicts']).toBe(report['batches']);
      expect(report['detectedShare']).toBeGreaterThanOrEqual(0.6);
      expect(report['falseAlertsPer10kKeys']).toBeLessThanOrEqual(10);
    }
  }, 300_000);

  const recordings = datasetsDirectory();
  const whereRecorded = recordings === undefined ? it.skip : it;
  whereRecorded(
    `measure a suite and draw its report${recordings === undefined ? ' (skipped: set GAITKEEPER_DATASETS)' : ''}`,
    async () => {
      const [example = ''] = holding('gaitkeeper evaluate');
      const told = await run(example.replace('out/', join(shims, 'report')), { GAITKEEPER_DATASETS: recordings ?? '' });
      expect(told).toContain('one-class, AUC');
      expect(readFileSync(join(shims, 'report', 'schonlau.html'), 'utf8')).toContain('<svg');
    },
    120_000,
  );

  const [kafka, redis] = [realKafka(), realRedis()];
  if (kafka.available && redis.available) {
    it('run the three processes, take a batch and judge it', async () => {
      const [example = ''] = holding('gaitkeeper ingest');
      const [port] = await freePorts(1);
      const prefix = `readme-${port}.`;
      const script = example
        .replaceAll('localhost:9092', kafka.brokers.join(','))
        .replaceAll('redis://localhost:6379', redis.url)
        .replaceAll('127.0.0.1:8080', `127.0.0.1:${port}`);
      const told = await run(`trap 'kill $(jobs -p); wait' EXIT\n${script}`, {
        GAITKEEPER_INGEST_PORT: String(port),
        GAITKEEPER_TOPIC_PREFIX: prefix,
        GAITKEEPER_SCORER_GROUP: `${prefix}scorer`,
        GAITKEEPER_ALERTING_GROUP: `${prefix}alerting`,
      });
      expect(told).toContain(`created   ${prefix}behaviour.v1`);
      expect(told).toContain('"status":"accepted"');
      expect(told).toMatch(/undecided \((insufficient-evidence|enrolling)\) {2}25 keys, 0 strokes/);
      expect(told).toContain('0 of 1 subjects enrolled');
    }, 180_000);
  } else {
    it('say why the three processes are left out', () => {
      const reasons = [kafka, redis].flatMap((server) => (server.available ? [] : [server.reason]));
      process.stderr.write(`left out of the README's examples: ${reasons.join('; ')}\n`);
      expect(reasons.join('')).not.toBe('');
    });
  }
});
