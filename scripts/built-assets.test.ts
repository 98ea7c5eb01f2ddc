import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { copyAssets } from './built-assets.ts';

describe('the assets of a build', () => {
  let root = '';
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'gaitkeeper-assets-'));
  });
  afterEach(() => rm(root, { recursive: true }));

  async function write(path: string, text: string): Promise<void> {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }

  it('are copied to the same path, and sources are not', async () => {
    await write('schemas/verdict/v1.avsc', '{"v":1}');
    await write('schemas/verdict/codec.ts', 'export {}');
    await write('schemas/registry.json', '{}');
    await write('deploy/topics.yaml', 'topics: []');
    await write('alerting/formats/attack-techniques.json', '{}');
    const paths = await copyAssets(root, join(root, 'dist'));
    expect(paths).toEqual([
      'alerting/formats/attack-techniques.json',
      'deploy/topics.yaml',
      'schemas/registry.json',
      'schemas/verdict/v1.avsc',
    ]);
    expect(await readFile(join(root, 'dist/schemas/verdict/v1.avsc'), 'utf8')).toBe('{"v":1}');
    expect(await readFile(join(root, 'dist/deploy/topics.yaml'), 'utf8')).toBe('topics: []');
  });

  it('must all be there', async () => {
    await write('schemas/verdict/v1.avsc', '{}');
    await write('schemas/registry.json', '{}');
    await expect(copyAssets(root, join(root, 'dist'))).rejects.toThrow('topics.yaml');
    await write('deploy/topics.yaml', 'topics: []');
    await write('alerting/formats/attack-techniques.json', '{}');
    await rm(join(root, 'schemas/verdict/v1.avsc'));
    await expect(copyAssets(root, join(root, 'dist'))).rejects.toThrow('.avsc');
  });
});
