import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { processConfigs } from '../cli/process-configs.ts';
import { createProgram } from '../cli/program.ts';
import { restReasons } from '../platform/stage/rest-advice.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const pages = ['README.md', ...readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md'))].map((name) => ({
  name,
  text: readFileSync(join(root, name === 'README.md' ? '' : 'docs', name), 'utf8'),
}));
const inCode = /`([^`\n]+)`/g;

/** Every source file of the folders that register metrics, as one text. */
const sources = ['alerting', 'cli', 'ingest', 'platform', 'scorer', 'training']
  .flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file)),
  )
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
  .map((file) => readFileSync(join(root, file), 'utf8'))
  .join('\n');

function namedIn(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(inCode)].flatMap(([, code = '']) =>
    [...code.matchAll(pattern)].map(([, name = '']) => name),
  );
}

it('the pages name some of each kind, or nothing was checked', () => {
  const all = pages.map(({ text }) => text).join('\n');
  expect(new Set(namedIn(all, /\b(gaitkeeper_[a-z_]+)\b/g)).size).toBeGreaterThan(15);
  expect(new Set(namedIn(all, /\bgaitkeeper ([a-z][a-z-]+)/g)).size).toBeGreaterThan(8);
});

it('the page of failures names every reason for which a partition rests', () => {
  const page = pages.find(({ name }) => name === 'delivery.md')?.text ?? '';
  const named = [...page.matchAll(inCode)].map(([, code = '']) => code);
  const says = (reason: string) => named.some((code) => code === reason || code === `partition n waits for ${reason}`);
  expect(restReasons.length).toBeGreaterThan(8);
  expect(restReasons.filter((reason) => !says(reason))).toEqual([]);
});

it('the first page leads to the guarantee, to its failures and to what checks it', () => {
  const readme = pages.find(({ name }) => name === 'README.md')?.text ?? '';
  for (const lead of ['](docs/delivery.md)', '](docs/faults.md)', '`gaitkeeper verify', '`npm run faults']) {
    expect(readme).toContain(lead);
  }
});

describe.each(pages)('$name', ({ text }) => {
  it('names metrics that exist', () => {
    const unknown = namedIn(text, /\b(gaitkeeper_[a-z_]+)\b/g).filter((name) => !sources.includes(`'${name}'`));
    expect(unknown).toEqual([]);
  });

  it('names commands that exist', () => {
    const commands = createProgram().commands.map((command) => command.name());
    const unknown = namedIn(text, /\bgaitkeeper ([a-z][a-z-]+)/g).filter((name) => !commands.includes(name));
    expect(unknown).toEqual([]);
  });

  it('names settings that exist', () => {
    const settings = processConfigs.flatMap((config) => Object.keys(config.settings));
    const prefixes = [
      'ingest',
      'scorer',
      'alert',
      'alerting',
      'kafka',
      'redis',
      'stage',
      'snapshot',
      'watchdog',
      'training',
    ];
    const camelCase = new RegExp(`\\b((?:${prefixes.join('|')})[A-Z][A-Za-z]+)\\b`, 'g');
    expect(namedIn(text, camelCase).filter((name) => !settings.includes(name))).toEqual([]);
  });
});
