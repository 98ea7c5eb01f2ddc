import { expect, it } from '@jest/globals';
import type { RunResult } from './figures.ts';
import { figuresOf } from './figures.ts';
import { failuresReported, inWords, type RowReport } from './report.ts';

function result(seed: number, failures: string[]): RunResult {
  return {
    judgement: {
      ...{ acked: 10, verdicts: 10, lost: 0, duplicatedIds: 1, differingBytes: 0, reordered: 0 },
      ...{ staleAccepted: 0, unverifiable: 0, templatesUnused: 0, ok: true, report: { findings: [] } },
    },
    ...{ seed, failures, recoveriesMs: [12], fencedWrites: 3, figures: {}, seconds: 2 },
    ...(failures.length === 0 ? {} : { faultLog: '/tmp/fault.json' }),
  };
}

it('names each failed seed, why, and the command that does just that again', () => {
  const failures = failuresReported({ name: 'freeze' }, 'platformatic', [
    result(1, []),
    result(4, ['lost is 2, not 0']),
  ]);
  expect(failures).toEqual([
    {
      ...{ seed: 4, why: ['lost is 2, not 0'], faultLog: '/tmp/fault.json' },
      again: 'npm run faults -- --rows freeze --seeds 4 --client platformatic',
    },
  ]);
});

it('the table has a line for each row, and says of one that was not injected why', () => {
  const results = [result(1, []), result(4, ['lost is 2, not 0'])];
  const failures = failuresReported({ name: 'freeze' }, 'kafkajs', results);
  const reports: RowReport[] = [
    {
      ...{ row: 'freeze', number: 2, title: 'frozen', client: 'kafkajs', topology: 'one', passed: false, failures },
      ...{ seconds: 4, ...figuresOf({}, results) },
    },
    { row: 'clock-skew', number: 19, title: 'clocks', notInjected: 'there is no faketime' },
  ];
  const [head, freeze, clock, ...rest] = inWords(reports).split('\n');
  expect(head).toMatch(/^row +acked +verdicts +lost +duplicatedIds/);
  expect(freeze).toMatch(/^ 2 freeze +FAILED +20 +20 +0 +2 +0 +0 +6 +12 +12 +0$/);
  expect(clock).toBe('19 clock-skew  not injected: there is no faketime');
  expect(rest.join('\n')).toMatch(
    /1 rows were not injected.*--allow-missing.*\n {2}19 clock-skew: there is no faketime\n$/,
  );
  expect(rest.join('\n')).toContain('again: npm run faults -- --rows freeze --seeds 4 --client kafkajs');
});
