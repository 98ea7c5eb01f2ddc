import { numbersIn } from '../suites/figure-paths.ts';
import type { Evaluated } from './report-page.ts';
import type { ScoreSummary } from './score-summary.ts';

/** The figures, promises, curves and notes of a report as JSON; scores are not in it, they would be millions. */
export function reportJson(
  { result, form, seeds, backend, assessed }: Evaluated,
  summaries: readonly ScoreSummary[],
): string {
  const { suite, figures, curves, notes } = result;
  const promised = assessed.map(({ target, measured, reachesLeast, reachesHereFor }) => ({
    path: target.path,
    meaning: target.meaning,
    measured,
    least: target.least,
    reachesLeast,
    hereFor: target.hereFor,
    reachesHereFor,
  }));
  const sets = summaries.map(({ name, genuine, impostor, pooledEer, auc, det, users }) => ({
    name,
    genuineScores: genuine.length,
    impostorScores: impostor.length,
    pooledEer,
    auc,
    det: det.map(({ far, frr }) => ({ far, frr })),
    users,
  }));
  return `${JSON.stringify({ suite, form, seeds, backend, figures, promised, scoreSets: sets, curves, notes }, null, 2)}\n`;
}

/**
 * Every number behind the charts as one table for a spreadsheet: `kind` figure, det, user or a curve's; `name` which one;
 * `x` and `y` as in the chart, or for a figure its value in `y`, for a user the equal error rate.
 */
export function reportCsv({ result }: Evaluated, summaries: readonly ScoreSummary[]): string {
  const rows: (string | number)[][] = [
    ...numbersIn(result.figures).map(({ path, value }) => ['figure', path, '', '', value]),
    ...summaries.flatMap(({ name, det, users }) => [
      ...det.map(({ far, frr }) => ['det', name, '', far, frr]),
      ...users.map(({ user, eer }) => ['user', name, user, '', eer]),
    ]),
    ...result.curves.flatMap(({ id, title, series }) =>
      series.flatMap(({ name, points }) => points.map(({ x, y }) => [id, title, name, x, y])),
    ),
  ];
  return `${[['kind', 'name', 'series', 'x', 'y'], ...rows].map((row) => row.map(csvCell).join(',')).join('\n')}\n`;
}

/** A cell after RFC 4180. Text that a spreadsheet would take for a formula is made plain text. */
function csvCell(cell: string | number): string {
  if (typeof cell === 'number') return Number.isFinite(cell) ? String(cell) : '';
  const plain = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
  return /[",\n\r]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}
