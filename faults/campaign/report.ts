import type { figuresOf, RunResult } from './figures.ts';
import type { Row } from './row.ts';

/** What one row came to, as `--json` prints it. */
export type RowReport =
  | ({
      row: string;
      number: number;
      title: string;
      client: string;
      topology: string;
      passed: boolean;
      failures: FailureReport[];
      seconds: number;
    } & ReturnType<typeof figuresOf>)
  | { row: string; number: number; title: string; notInjected: string };

/** A seed that did not pass. */
export interface FailureReport {
  seed: number;
  why: string[];
  /** Does just that again. */
  again: string;
  faultLog?: string;
}

/** The failures of a row, each with the command that repeats it. */
export function failuresReported(
  row: Pick<Row, 'name'>,
  client: string,
  results: readonly RunResult[],
): FailureReport[] {
  return results.flatMap(({ seed, failures, faultLog }) => {
    if (failures.length === 0) return [];
    const again = `npm run faults -- --rows ${row.name} --seeds ${seed} --client ${client}`;
    return [{ seed, why: failures, again, ...(faultLog === undefined ? {} : { faultLog }) }];
  });
}

const columns = [
  'acked',
  'verdicts',
  'lost',
  'duplicatedIds',
  'differingBytes',
  'reordered',
  'fencedWrites',
  'recoveryMsP50',
  'recoveryMsP95',
  'staleAccepted',
] as const;

/** The reports as a table for people. */
export function inWords(reports: readonly RowReport[]): string {
  const lines = reports.map((report) => {
    const name = `${String(report.number).padStart(2)} ${report.row}`;
    if ('notInjected' in report) return [name, `not injected: ${report.notInjected}`];
    return [name, report.passed ? 'ok' : 'FAILED', ...columns.map((column) => String(report[column] ?? '-'))];
  });
  const head = ['row', '', ...columns];
  const widths = head.map((title, at) =>
    Math.max(title.length, ...lines.filter(({ length }) => length > 2).map((line) => line[at]?.length ?? 0)),
  );
  const table = [head, ...lines].map((line) =>
    line.map((cell, at) => (at < 2 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join('  '),
  );
  const failures = reports.flatMap((report) => ('notInjected' in report ? [] : failureLines(report)));
  return [...table, ...failures, ...missingLines(reports)].map((line) => `${line.trimEnd()}\n`).join('');
}

/** What was not injected, and so not shown; nothing where everything was. */
export function missingLines(reports: readonly RowReport[]): string[] {
  const missing = reports.flatMap((report) => ('notInjected' in report ? [report] : []));
  if (missing.length === 0) return [];
  const named = missing.map(({ number, row, notInjected }) => `  ${number} ${row}: ${notInjected}`);
  return [
    `\n${missing.length} rows were not injected, so that nothing is known of them (--allow-missing passes without them):`,
    ...named,
  ];
}

function failureLines(report: { row: string; failures: readonly FailureReport[] }): string[] {
  return report.failures.flatMap(({ seed, why, again, faultLog }) => [
    `\n${report.row}, seed ${seed}:`,
    ...why.map((reason) => `  ${reason}`),
    `  again: ${again}`,
    ...(faultLog === undefined ? [] : [`  details: ${faultLog}`]),
  ]);
}
