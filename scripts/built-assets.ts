import { copyFile, mkdir, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** What compiled code reads beside itself, as patterns of paths from the project's root: a folder with an ending, or one file. */
const assets: readonly ({ folder: string; ending: string } | { file: string })[] = [
  { folder: 'schemas', ending: '.avsc' },
  { file: 'schemas/registry.json' },
  { file: 'deploy/topics.yaml' },
  { file: 'alerting/formats/attack-techniques.json' },
];

/**
 * Copies every asset from the project's root to the same path under `dist`. Returns the paths, sorted.
 * @throws when a named file, or every file of a folder, is missing: the build would not run.
 */
export async function copyAssets(root: string, dist: string): Promise<string[]> {
  const paths: string[] = [];
  for (const asset of assets) {
    if ('file' in asset) paths.push(asset.file);
    else paths.push(...(await pathsIn(root, asset.folder, asset.ending)));
  }
  for (const path of paths) {
    await mkdir(dirname(join(dist, path)), { recursive: true });
    await copyFile(join(root, path), join(dist, path));
  }
  return paths.sort();
}

async function pathsIn(root: string, folder: string, ending: string): Promise<string[]> {
  const names = await readdir(join(root, folder), { recursive: true });
  const found = names.filter((name) => name.endsWith(ending)).map((name) => join(folder, name));
  if (found.length === 0) throw new Error(`no *${ending} in ${folder}/`);
  return found;
}
