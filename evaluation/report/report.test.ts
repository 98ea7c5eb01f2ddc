import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { createSeededRandom } from '../../platform/seeded-random.ts';
import { errorRates, type UserScores } from '../metrics/error-rates.ts';
import { assess } from '../suites/assessment.ts';
import type { Curve } from '../suites/suite.ts';
import { curveIds, titles } from './curve-section.ts';
import { escaped } from './html.ts';
import { reportCsv, reportJson } from './report-data.ts';
import { type Evaluated, reportPage } from './report-page.ts';
import { summarise } from './score-summary.ts';
import { writeReport } from './write-report.ts';

const hostile = "\"><script>alert(1)</script><img src=x onerror='alert(2)'>&=cmd|";

function someUsers(distance: number): UserScores[] {
  const random = createSeededRandom(distance);
  return Array.from({ length: 30 }, (_, u) => ({
    user: u === 0 ? hostile : `s${u}`,
    genuine: Float64Array.from({ length: 40 }, () => random.normal(0, 1)),
    impostor: Float64Array.from({ length: 60 }, () => random.normal(distance, 1)),
  }));
}

function curveOf(id: Curve['id']): Curve {
  return {
    id,
    title: id === 'drift' ? hostile : `how ${id} goes`,
    xLabel: 'x of it',
    yLabel: 'y of it',
    series: [
      { name: 'one-class', points: [10, 20, 50].map((x) => ({ x, y: 1 / x })) },
      { name: hostile, points: [10, 20, 50].map((x) => ({ x, y: 2 / x })) },
    ],
  };
}

function evaluated(): Evaluated {
  const figures = { oneClass: { official: errorRates(someUsers(3)) } };
  return {
    result: {
      suite: 'cmu',
      figures,
      scoreSets: [
        { name: 'one-class', users: someUsers(3) },
        { name: hostile, users: someUsers(2) },
      ],
      curves: curveIds.map(curveOf),
      notes: ['chosen on one half, reported on the other', hostile],
    },
    summary: 'a password, typed 400 times',
    assessed: assess('cmu', figures),
    form: 'full',
    seeds: [1, 2, 3],
    backend: 'wasm',
  };
}

/** The three files of a report. */
const pageOf = (of: Evaluated) => reportPage(of, of.result.scoreSets.map(summarise));
const jsonOf = (of: Evaluated) => reportJson(of, of.result.scoreSets.map(summarise));
const csvOf = (of: Evaluated) => reportCsv(of, of.result.scoreSets.map(summarise));

function section(page: string, id: string): string {
  return new RegExp(`<section id="${id}">.*?</section>`, 's').exec(page)?.[0] ?? '';
}

let page: string;
beforeAll(async () => {
  page = await pageOf(evaluated());
});

describe('the report of a suite', () => {
  it.each([
    ['det', 'Detection error trade-off', 1],
    ['histograms', 'Score histograms', 2],
    ['per-user', 'Spread over users', 1],
    ...curveIds.map((id): [string, string, number] => [id, titles[id], 1]),
  ])('draws %s, with a title and a description for who does not see it, and its numbers', (id, title, charts) => {
    const drawn = section(page, id);
    const svgs = [...drawn.matchAll(/<svg .*?<\/svg>/gs)].map(([svg]) => svg);
    expect(svgs).toHaveLength(charts);
    for (const svg of svgs) {
      expect(svg).toMatch(/role="img" aria-labelledby="(\S+) (\S+)"/);
      expect(svg).toContain(`>${title}`);
      expect(svg).toMatch(/<desc id="[^"]+">[^<]{20,}<\/desc>/);
      // Something was drawn, and at places that are numbers.
      expect(svg.match(/<path[^>]* d="M[^"]{20,}"/g)?.length ?? 0).toBeGreaterThan(0);
      expect(svg).not.toMatch(/NaN|undefined|Infinity/);
    }
    expect(drawn).toContain('<table>');
    expect(page).toContain(`<a href="#${id}">`);
  });

  it('marks both error rates in percent at normal deviates on the axes of the DET curve', () => {
    const det = section(page, 'det');
    for (const words of ['impostors that pass, FAR (%)', 'genuine flagged, FRR (%)']) expect(det).toContain(words);
    for (const tick of ['0.1', '1', '10', '40']) expect(det.match(new RegExp(`>${tick}<`, 'g'))).toHaveLength(2);
  });

  it('loads nothing from anywhere, and runs nothing', () => {
    expect(page).not.toMatch(
      /https?:|\/\/[a-z]|url\(|@import|<(script|link|img|iframe|object|embed|use)\b|srcset=|\son[a-z]+="/i,
    );
    for (const [, target] of page.matchAll(/(?:href|src)="([^"]*)"/g)) expect(target).toMatch(/^#/);
    expect(page).toContain("default-src 'none'");
  });

  it('holds every name as text', () => {
    expect(page).not.toContain('<script');
    expect(page.match(/<[^>]*onerror[^>]*>/g)).toBeNull();
    expect(page.split(escaped(hostile)).length).toBeGreaterThan(5);
  });

  it('has no id twice, and nothing on it points to an id that is not there', () => {
    const ids = [...page.matchAll(/\sid="([^"]+)"/g)].map(([, id = '']) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const pointed = [...page.matchAll(/aria-labelledby="([^"]+)"|href="#([^"]+)"/g)].flatMap(([, labels, link]) =>
      (labels ?? link ?? '').split(' '),
    );
    expect(pointed.filter((id) => !ids.includes(id))).toEqual([]);
  });

  it('has the same bytes for the same result, whatever was drawn before', async () => {
    expect(await pageOf(evaluated())).toBe(page);
    expect(jsonOf(evaluated())).toBe(jsonOf(evaluated()));
  });

  it('says of each promised figure what was measured and whether it is enough', () => {
    const promised = section(page, 'promised');
    expect(promised).toContain('one-class, mean EER');
    expect(promised).toMatch(/class="(ok|short)">0\.043 (ok|short)/);
    expect(promised).toContain('<td>-</td><td>0.028</td><td>0.02</td>');
  });

  it('can be read in the dark: every colour of a series has a brighter one there', () => {
    const style = /<style>(.*)<\/style>/s.exec(page)?.[1] ?? '';
    const colours = new Set([...page.matchAll(/(?:fill|stroke)="(#[0-9a-f]{6})"/g)].map(([, colour = '']) => colour));
    expect(colours.size).toBeGreaterThan(1);
    for (const colour of colours) expect(style).toContain(`[stroke="${colour}"]{stroke:`);
  });

  it('of a suite without scores and curves says what is not part of it', async () => {
    const bare = evaluated();
    const none = await pageOf({
      ...bare,
      result: { suite: 'scenarios', figures: { threats: 5 }, scoreSets: [], curves: [], notes: [] },
      assessed: [],
    });
    expect(none).not.toContain('<svg');
    expect(none).toContain('Not part of this suite: time to detect, drift over sessions');
    expect(none).toContain('threats');
  });

  it('survives score sets of one score, of equal scores and of none', async () => {
    const users = (genuine: number[], impostor: number[]): UserScores[] => [
      { user: 'a', genuine: Float64Array.from(genuine), impostor: Float64Array.from(impostor) },
    ];
    const sets = [
      { name: 'one', users: users([1], [2]) },
      { name: 'equal', users: users([1, 1], [1, 1]) },
      { name: 'no impostors', users: users([1, 2], []) },
      { name: 'none', users: [] },
    ];
    const odd = await pageOf({ ...evaluated(), result: { ...evaluated().result, scoreSets: sets, curves: [] } });
    for (const [svg] of odd.matchAll(/<svg .*?<\/svg>/gs)) expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  });
});

describe('the files beside the page', () => {
  it('hold the figures, the promises and the points of the charts', () => {
    const json = JSON.parse(jsonOf(evaluated())) as Record<string, unknown>;
    expect(json).toMatchObject({ suite: 'cmu', form: 'full', seeds: [1, 2, 3], backend: 'wasm' });
    expect(json['figures']).toHaveProperty('oneClass.official.meanEer');
    expect(json['scoreSets']).toHaveLength(2);
    expect(json['curves']).toHaveLength(curveIds.length);
  });

  it('are a table of one width, in which no cell is a formula', () => {
    const csv = csvOf(evaluated());
    const rows = csv.trimEnd().split('\n');
    const cells = rows.map((row) => row.match(/("([^"]|"")*"|[^,]*)(,|$)/g)?.filter((cell) => cell !== '').length);
    expect(rows[0]).toBe('kind,name,series,x,y');
    expect(new Set(rows.map((row) => row.split(',')[0]))).toEqual(
      new Set(['kind', 'figure', 'det', 'user', ...curveIds]),
    );
    expect(Math.max(...cells.map((count) => count ?? 0))).toBe(5);
    expect(
      csvOf({
        ...evaluated(),
        result: { ...evaluated().result, suite: 'x', curves: [{ ...curveOf('length'), title: '=1+2' }] },
      }),
    ).toContain("length,'=1+2,one-class,10,0.1");
  });

  it('are written under the name of the suite into a folder that is made', async () => {
    const above = await mkdtemp(join(tmpdir(), 'gaitkeeper-report-'));
    try {
      const paths = await writeReport(evaluated(), join(above, 'out'));
      expect(paths).toEqual(['html', 'json', 'csv'].map((ending) => join(above, 'out', `cmu.${ending}`)));
      expect(await readFile(paths[0] ?? '', 'utf8')).toBe(page);
    } finally {
      await rm(above, { recursive: true });
    }
  });
});
