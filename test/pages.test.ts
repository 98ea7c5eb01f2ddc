import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';

const root = fileURLToPath(new URL('..', import.meta.url));
const pages = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'], {
  cwd: root,
  encoding: 'utf8',
})
  .trim()
  .split('\n');

describe('the pages', () => {
  it('link only to what is there', () => {
    const broken = pages.flatMap((page) => {
      const text = readFileSync(join(root, page), 'utf8');
      const targets = [...text.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)].map(([, target = '']) => target);
      return targets
        .filter((target) => !/^[a-z]+:/.test(target) && !existsSync(join(root, dirname(page), target)))
        .map((target) => `${page}: ${target}`);
    });
    expect(pages.length).toBeGreaterThan(8);
    expect(broken).toEqual([]);
  });

  it('have no blank left to fill in', () => {
    const blanks = pages.filter((page) => /^(FIGURES|TBD|\?\?\?)$/m.test(readFileSync(join(root, page), 'utf8')));
    expect(blanks).toEqual([]);
  });
});
