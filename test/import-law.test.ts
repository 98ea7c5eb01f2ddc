import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const root = fileURLToPath(new URL('..', import.meta.url));

/** A small tree in which every file breaks the law in one way. */
const offences = {
  'detection/node-module.ts': ["import fs from 'node:fs';\nexport const used = fs;\n", 'detection-is-pure'],
  'detection/other-folder.ts': [
    "import { log } from '../platform/log.ts';\nexport const used = log;\n",
    'law-detection',
  ],
  'ingest/mathematics.ts': [
    "import { judge } from '../detection/judge.ts';\nexport const used = judge;\n",
    'types-only-from-detection',
  ],
  'alerting/sideways.ts': ["import { step } from '../scorer/step.ts';\nexport const used = step;\n", 'law-alerting'],
  'verifier/borrowed.ts': ["import { step } from '../scorer/step.ts';\nexport const used = step;\n", 'law-verifier'],
  'verifier/engine.ts': [
    "import { run } from '../platform/stage/run.ts';\nexport const used = run;\n",
    'verifier-writes-the-protocol-again',
  ],
  'platform/second-importer.ts': ["import { Kafka } from 'kafkajs';\nexport const used = Kafka;\n", 'home-of-kafkajs'],
  'platform/third-client.ts': [
    "export const used = () => import('@platformatic/kafka');\n",
    'home-of-@platformatic/kafka',
  ],
  'scorer/circle.ts': ["import { step } from './step.ts';\nexport const used = step;\n", 'no-circular'],
} as const;

/** Files of detection/ that reach for what no import shows; the linter stops those. */
const reaches = {
  'detection/clock.ts': 'export const used = () => Date.now();\n',
  'detection/stopwatch.ts': 'export const used = () => performance.now();\n',
  'detection/timer.ts': 'export const used = () => setTimeout(() => undefined, 1);\n',
  'detection/environment.ts': "export const used = () => process.env['HOME'];\n",
  'detection/output.ts': "export const used = () => console.log('');\n",
  'detection/network.ts': "export const used = () => fetch('http://localhost/');\n",
  'detection/detour.ts': 'export const used = () => globalThis.Date.now();\n',
  'detection/chance.ts': 'export const used = () => Math.random();\n',
  'detection/chance-by-name.ts': "const name = 'random';\nexport const used = () => Math[name]();\n",
  'detection/chance-renamed.ts': 'const { random } = Math;\nexport const used = () => random();\n',
  'detection/chance-alias.ts': 'const numbers = Math;\nexport const used = () => numbers.random();\n',
  'detection/secret-chance.ts': 'export const used = () => crypto.randomUUID();\n',
} as const;

const lawful = {
  'detection/judge.ts': 'export const judge = Math.max(1, Math.PI);\n',
  'detection/judge.test.ts': 'export const used = () => Date.now() + Math.random();\n',
  'platform/stage/run.ts': 'export const run = 1;\n',
  'platform/log.ts': 'export const log = () => Date.now() + Math.random();\n',
  'scorer/step.ts': "import { used } from './circle.ts';\nexport const step = () => used;\n",
  'ingest/words.ts': "import type { judge } from '../detection/judge.ts';\nexport type Word = typeof judge;\n",
};

let tree = '';

beforeAll(async () => {
  tree = await mkdtemp(join(tmpdir(), 'gaitkeeper-law-'));
  for (const folder of ['detection', 'platform/stage', 'ingest', 'alerting', 'scorer', 'verifier']) {
    await mkdir(join(tree, folder), { recursive: true });
  }
  for (const [path, text] of Object.entries(lawful)) await writeFile(join(tree, path), text);
  for (const [path, [text]] of Object.entries(offences)) await writeFile(join(tree, path), text);
  for (const [path, text] of Object.entries(reaches)) await writeFile(join(tree, path), text);
  for (const file of [
    '.dependency-cruiser.mjs',
    'biome.json',
    'detection/no-chance.grit',
    'tsconfig.json',
    'package.json',
  ])
    await cp(join(root, file), join(tree, file));
  await symlink(join(root, 'node_modules'), join(tree, 'node_modules'));
});

afterAll(() => rm(tree, { recursive: true, force: true }));

interface Violation {
  rule: { name: string };
  from: string;
}

interface Diagnostic {
  category: string;
  location: { path: string };
}

describe('the import law', () => {
  it('catches every kind of offence, and nothing lawful', async () => {
    const cruiser = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [cruiser, '--config', '.dependency-cruiser.mjs', '--output-type', 'json', '.'],
      { cwd: tree, env: { ...process.env, NODE_OPTIONS: '' } },
    );
    const { violations } = (JSON.parse(stdout) as { summary: { violations: Violation[] } }).summary;
    const caught = new Set(violations.map(({ from, rule }) => `${from} ${rule.name}`));
    for (const [path, [, rule]] of Object.entries(offences)) expect(caught).toContain(`${path} ${rule}`);
    const offenders = new Set(violations.map(({ from }) => from));
    for (const path of ['ingest/words.ts', 'detection/judge.ts', 'platform/log.ts'])
      expect(offenders).not.toContain(path);
  });

  it('lets detection/ reach for no clock, chance, environment or output that needs no import', async () => {
    const biome = join(root, 'node_modules/@biomejs/biome/bin/biome');
    const args = ['lint', '--vcs-enabled=false', '--reporter=json', '--max-diagnostics=none', 'detection', 'platform'];
    const linted = promisify(execFile)(process.execPath, [biome, ...args], { cwd: tree });
    // Found something: the exit code says so too.
    const { stdout } = await linted.catch((error: { stdout: string }) => error);
    const { diagnostics } = JSON.parse(stdout) as { diagnostics: Diagnostic[] };
    const bites = diagnostics.filter(
      ({ category }) => category === 'plugin' || category.endsWith('noRestrictedGlobals'),
    );
    expect(new Set(bites.map(({ location }) => location.path))).toEqual(new Set(Object.keys(reaches)));
  });
});
