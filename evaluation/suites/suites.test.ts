import { describe, expect, it } from '@jest/globals';
import { assess, figureInWords, standingInWords } from './assessment.ts';
import { figureAt, noiseAt, numbersIn } from './figure-paths.ts';
import { missingRecordings, suiteNames, suites } from './suites.ts';
import { reaches, type Target, targets } from './targets.ts';

const cmuFigures = {
  oneClass: {
    official: {
      meanEer: 0.04,
      meanEerInterval: [0.035, 0.046],
      sdOverSeeds: { meanEer: 0.0004 },
      pooledEer: 0.07,
      pooledEerSd: 0.005,
      worstUser: 's036',
    },
  },
  baselines: { scaledManhattan: { meanEer: 0.10115 } },
  scenarios: [{ name: 'roommate', keys: 75 }],
};

describe('the suites', () => {
  it('are registered once each, in the order of their names', () => {
    const names = suites.map(({ name }) => name);
    expect(names).toEqual(suiteNames.filter((name) => names.includes(name)));
  });

  it.each(suites.map((suite) => [suite.name, suite] as const))('%s has code behind it', async (_, suite) => {
    expect(typeof (await suite.load())).toBe('function');
  });

  it('tell which recordings are not there', () => {
    for (const suite of suites) expect(missingRecordings(suite.recordings, '/nowhere')).toEqual(suite.recordings);
  });
});

describe('the promised figures', () => {
  it('are of suites that exist, each one once', () => {
    const keys = targets.map(({ suite, path }) => `${suite} ${path}`);
    expect(new Set(keys).size).toBe(keys.length);
    for (const { suite } of targets) expect(suiteNames).toContain(suite);
  });

  it('ask for more in the second column than in the first', () => {
    for (const { path, better, least, hereFor } of targets) {
      if (least === null || hereFor === null) continue;
      expect([path, better === 'higher' ? hereFor >= least : hereFor <= least]).toEqual([path, true]);
    }
  });

  it('count as reached where they are met exactly, on either side as their direction says', () => {
    const target = (better: Target['better']): Target => ({
      suite: 'cmu',
      path: 'x',
      meaning: 'x',
      better,
      least: 0.5,
      hereFor: null,
      tolerance: 0.01,
    });
    const standings = (better: Target['better']) =>
      [0.4, 0.5, 0.51, 0.6].map((measured) => reaches(target(better), measured, 0.5));
    expect(standings('lower')).toEqual([true, true, false, false]);
    expect(standings('higher')).toEqual([false, true, true, true]);
    expect(standings('same')).toEqual([false, true, true, false]);
    expect(reaches(target('lower'), null, 0.5)).toBeNull();
    expect(reaches(target('lower'), 0.5, null)).toBeNull();
  });

  it('are read from where the suite put them, with the noise that lies beside them', () => {
    const official = assess('cmu', cmuFigures).find(({ target }) => target.path === 'oneClass.official.meanEer');
    expect(official).toMatchObject({
      measured: 0.04,
      noise: { overSeeds: 0.0004, overUsers: { interval: [0.035, 0.046] } },
      reachesLeast: true,
      reachesHereFor: false,
    });
    expect(noiseAt(cmuFigures, 'oneClass.official.pooledEer')).toEqual({ overSeeds: null, overUsers: { sd: 0.005 } });
  });

  it('have no noise over seeds where there was one', () => {
    const rates = { auc: 0.9, seeds: 1, sdOverSeeds: { auc: 0 } };
    expect(noiseAt({ rates }, 'rates.auc').overSeeds).toBeNull();
    expect(noiseAt({ rates: { ...rates, seeds: 2 } }, 'rates.auc').overSeeds).toBe(0);
    expect(noiseAt({ rates: { eer: 0.1, eerSdOverSeeds: 0.02 } }, 'rates.eer').overSeeds).toBe(0.02);
  });

  it('are not measured, rather than reached or missed, where the suite does not say them', () => {
    const absent = assess('cmu', cmuFigures).find(({ target }) => target.path === 'cohort.official.meanEer');
    expect(absent).toMatchObject({ measured: null, reachesLeast: null });
    expect(figureAt({ eer: Number.NaN }, 'eer')).toBeNull();
    expect(figureAt(cmuFigures, 'oneClass.official.worstUser')).toBeNull();
  });

  it('are told in words', () => {
    expect([0.0436, 0.00251, 50, 50.25, 0, null].map(figureInWords)).toEqual([
      '0.0436',
      '0.00251',
      '50',
      '50.3',
      '0',
      '-',
    ]);
    expect(standingInWords(0.043, true)).toBe('0.043 ok');
    expect(standingInWords(0.035, false)).toBe('0.035 short');
    expect(standingInWords(0.035, null)).toBe('0.035');
    expect(standingInWords(null, null)).toBe('-');
  });
});

describe('the numbers in a record of figures', () => {
  it('are found at every depth, in lists of records by their names; words and other lists are passed over', () => {
    expect(numbersIn(cmuFigures)).toEqual([
      { path: 'oneClass.official.meanEer', value: 0.04 },
      { path: 'oneClass.official.sdOverSeeds.meanEer', value: 0.0004 },
      { path: 'oneClass.official.pooledEer', value: 0.07 },
      { path: 'oneClass.official.pooledEerSd', value: 0.005 },
      { path: 'baselines.scaledManhattan.meanEer', value: 0.10115 },
      { path: 'scenarios.roommate.keys', value: 75 },
    ]);
  });
});
