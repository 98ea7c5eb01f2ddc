import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { assess } from '../../evaluation/suites/assessment.ts';
import { suites } from '../../evaluation/suites/suites.ts';
import { createSeededRandom } from '../../platform/seeded-random.ts';
import { type CommandEnd, gaitkeeper } from '../../test/whole-way/command-line.ts';
import { allAsJson, allInWords, asJson, inWords, type Told } from '../evaluation-words.ts';

const folder = mkdtempSync(join(tmpdir(), 'gaitkeeper-evaluate-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('`gaitkeeper evaluate` that cannot begin', () => {
  let name: CommandEnd;
  let nowhere: CommandEnd;
  let setItself: CommandEnd;
  let none: CommandEnd;
  let backend: CommandEnd;

  beforeAll(async () => {
    const set = join(folder, 'schonlau-masquerade');
    await mkdir(set);
    [name, nowhere, setItself, none, backend] = await Promise.all([
      gaitkeeper(['evaluate', '--suite', 'schonlaw']),
      gaitkeeper(['evaluate', '--suite', 'villani', '--datasets', '/nowhere', '--json']),
      gaitkeeper(['evaluate', '--suite', 'schonlau', '--datasets', set]),
      gaitkeeper(['evaluate', '--suite', 'all', '--datasets', set]),
      gaitkeeper(['evaluate', '--suite', 'schonlau', '--backend', 'gpu']),
    ]);
  }, 120_000);

  it('for a suite that nobody knows ends with 64, says which was meant and which there are', () => {
    expect(name).toMatchObject({ exitCode: 64, stdout: '' });
    expect(name.stderr).toContain('there is no suite schonlaw');
    expect(name.stderr).toMatch(/fix: did you mean schonlau\? suites are .*villani.*, all/);
  });

  it('for recordings that are not there ends with 64, says which and how to name them', () => {
    expect(nowhere).toMatchObject({ exitCode: 64, stdout: '' });
    expect(nowhere.stderr).toContain('there is no folder /nowhere');
    expect(nowhere.stderr).toMatch(
      /fix: name the folder that holds villani-freetext .*--datasets.*GAITKEEPER_DATASETS/,
    );
  });

  it('for the folder of the set itself names the folder above it', () => {
    expect(setItself.exitCode).toBe(64);
    expect(setItself.stderr).toContain(`fix: name the folder above it: --datasets ${folder}`);
  });

  it('for all suites where none has recordings does not end well with nothing done', () => {
    expect(none).toMatchObject({ exitCode: 64, stdout: '' });
  });

  it('for a backend that there is not says which there are', () => {
    expect(backend.exitCode).toBe(64);
    expect(backend.stderr).toContain('Allowed choices are auto, tfjs-node, wasm');
  });
});

/** A password typed 400 times by each of six people who do not exist, in the layout of the CMU recordings. */
function writePasswordRecordings(above: string): void {
  const keys = ['period', 't', 'i', 'e', 'five', 'Shift.r', 'o', 'a', 'n', 'l', 'Return'];
  const columns = keys.flatMap((key, i) => {
    const next = keys[i + 1];
    return next === undefined ? [`H.${key}`] : [`H.${key}`, `DD.${key}.${next}`, `UD.${key}.${next}`];
  });
  const lines = [['subject', 'sessionIndex', 'rep', ...columns].join(',')];
  for (let person = 0; person < 6; person++) {
    const random = createSeededRandom(`typist ${person}`);
    const typical = keys.map(() => ({ hold: random.logNormal(0.09, 0.2), flight: random.logNormal(0.2, 0.4) }));
    for (let repetition = 0; repetition < 400; repetition++) {
      const timings = typical.flatMap(({ hold, flight }) => {
        const [held, passed] = [hold * random.logNormal(1, 0.15), flight * random.logNormal(1, 0.2)];
        return [held, passed, passed - held];
      });
      const row = timings.slice(0, columns.length).map((seconds) => seconds.toFixed(4));
      lines.push([`w${person}`, Math.floor(repetition / 50) + 1, (repetition % 50) + 1, ...row].join(','));
    }
  }
  mkdirSync(join(above, 'cmu-strong-password'), { recursive: true });
  const file = join(above, 'cmu-strong-password', 'DSL-StrongPasswordData.csv.gz');
  writeFileSync(file, gzipSync(`${lines.join('\n')}\n`));
}

describe('`gaitkeeper evaluate` on recordings of other people than the published ones', () => {
  let end: CommandEnd;
  let told: { suites: { cmu: { written: string[] } & Record<string, unknown> }; skipped: unknown[] };

  beforeAll(async () => {
    writePasswordRecordings(join(folder, 'own'));
    const report = join(folder, 'out');
    end = await gaitkeeper([
      ...['evaluate', '--suite', 'all', '--datasets', join(folder, 'own')],
      ...['--short', '--backend', 'wasm', '--report', report, '--json'],
    ]);
    told = JSON.parse(end.stdout);
  }, 180_000);

  it('measures them, in the shape that was promised', () => {
    expect(end.exitCode).toBe(0);
    expect(told.suites.cmu).toMatchObject({
      suite: 'cmu',
      form: 'short',
      seeds: [1],
      backend: 'wasm',
      oneClass: { official: { users: 6, meanEer: expect.any(Number), worstUser: expect.stringMatching(/^w\d$/) } },
      baselines: { scaledManhattan: { meanEer: expect.any(Number) } },
    });
  });

  it('leaves out the suites whose recordings are not there, with the reason', () => {
    const names = suites.map(({ name }) => name).filter((name) => name !== 'cmu');
    expect(told.skipped.map((each) => (each as { suite: string }).suite)).toEqual(names);
    expect(told.skipped).toContainEqual({ suite: 'schonlau', why: expect.stringContaining('holds no schonlau') });
  });

  it('writes the report where it was told to, and says so', () => {
    expect(told.suites.cmu.written).toEqual(
      ['html', 'json', 'csv'].map((ending) => join(folder, 'out', `cmu.${ending}`)),
    );
    for (const path of told.suites.cmu.written) expect(existsSync(path)).toBe(true);
  });

  it('tells how far it has come, apart from the figures', () => {
    expect(end.stderr).toMatch(/^ cmu: \S+/m);
  });
});

describe('what `gaitkeeper evaluate` tells', () => {
  const figures = {
    oneClass: { official: { meanEer: 0.04, seeds: 2, sdOverSeeds: { meanEer: 0.0004 }, pooledEer: Number.NaN } },
  };
  const told: Told = {
    result: { suite: 'cmu', figures, notes: ['nothing was chosen'] },
    summary: 'a password',
    assessed: assess('cmu', figures),
    form: 'full',
    seeds: [1, 2],
    backend: 'wasm',
    seconds: 12.5,
    written: ['out/cmu.html'],
  };
  const scenarios: Told = {
    ...told,
    result: { suite: 'scenarios', figures: { threats: 5 }, notes: [] },
    assessed: [],
  };

  it('to people is each promised figure beside what was asked for', () => {
    const text = inWords(told);
    expect(text).toContain('cmu, full form, 2 seeds, wasm, 12.5 s\n');
    expect(text).toMatch(/\none-class, mean EER +0\.0400 +\+-0\.00040 +0\.043 ok +0\.035 short\n/);
    expect(text).toMatch(/\none-class, pooled EER +- +0\.06 +0\.048\n/);
    expect(text).toContain('\nnote: nothing was chosen\nwrote out/cmu.html\n');
  });

  it('to people is every number where nothing was promised', () => {
    expect(inWords(scenarios)).toMatch(/\nthreats +5\n/);
  });

  it('to programs are the figures where the suite put them', () => {
    const json = JSON.parse(JSON.stringify(asJson(told))) as Record<string, unknown>;
    expect(json).toMatchObject({ suite: 'cmu', form: 'full', seeds: [1, 2], backend: 'wasm', seconds: 12.5 });
    expect(json['oneClass']).toEqual({
      official: { meanEer: 0.04, seeds: 2, sdOverSeeds: { meanEer: 0.0004 }, pooledEer: null },
    });
    expect(json['promised']).toContainEqual({
      figure: 'oneClass.official.meanEer',
      measured: 0.04,
      least: 0.043,
      reachesLeast: true,
      hereFor: 0.035,
      reachesHereFor: false,
    });
  });

  it('of all suites are those that ran by name, and those that were left out with the reason', () => {
    const skipped = [{ suite: 'aalto', why: 'no recordings' }];
    expect(allAsJson([told, scenarios], skipped)).toMatchObject({ suites: { cmu: {}, scenarios: {} }, skipped });
    expect(allInWords([told], skipped)).toContain('aalto: left out, no recordings\n');
  });
});
