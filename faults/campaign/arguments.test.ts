import { describe, expect, it } from '@jest/globals';
import { parseCampaignArguments } from './arguments.ts';
import { rows } from './rows.ts';

function parsed(...args: string[]) {
  const outcome = parseCampaignArguments(args, rows);
  if (!outcome.ok) throw new Error(outcome.problem);
  return { ...outcome.arguments, rows: outcome.arguments.rows.map(({ name }) => name) };
}

function problem(...args: string[]): string {
  const outcome = parseCampaignArguments(args, rows);
  if (outcome.ok) throw new Error('it was taken');
  return outcome.problem;
}

describe('the arguments of the campaign', () => {
  it('are every row with five seeds where nothing is said', () => {
    expect(parsed()).toMatchObject({ rows: rows.map(({ name }) => name), seeds: [1, 2, 3, 4, 5], client: 'kafkajs' });
  });

  it('of the short form are nine rows with one seed', () => {
    const { rows: names, seeds } = parsed('--short');
    expect(seeds).toEqual([1]);
    expect(names).toHaveLength(9);
  });

  it('choose rows by name and by number, in the order of the list, once each', () => {
    expect(parsed('--rows', 'freeze, 1,crash').rows).toEqual(['crash', 'freeze']);
    expect(parsed('--short', '--rows', 'freeze', '--seeds', '7,8')).toMatchObject({ rows: ['freeze'], seeds: [7, 8] });
  });

  it('let rows be missing only where that is said', () => {
    expect(parsed('--short').allowMissing).toBe(false);
    expect(parsed('--short', '--allow-missing').allowMissing).toBe(true);
  });

  it('say what is wrong with them and what there is', () => {
    expect(problem('--rows', 'crash,freezing')).toMatch(/no row freezing: there are crash, freeze/);
    expect(problem('--seeds', '1,x')).toContain('whole numbers');
    expect(problem('--seeds', '-1')).toContain('whole numbers');
    expect(problem('--seeds', '')).toContain('whole numbers');
    expect(problem('--client', 'librdkafka')).toContain('kafkajs or platformatic');
    expect(problem('--sort')).toContain('npm run faults');
  });
});

describe('the rows', () => {
  it('have names of their own that are no numbers', () => {
    const names = rows.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/);
  });
});
