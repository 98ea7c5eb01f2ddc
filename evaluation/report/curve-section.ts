import type { Curve } from '../suites/suite.ts';
import { seriesLooks } from './palette.ts';
import { inFigures, type ReportSection } from './report-section.ts';

/** What each kind of curve is about. */
const kinds = {
  'time-to-detect': 'How soon an alarm comes: the further up and to the left, the better.',
  drift: 'How an enrolled template ages: people change, and a line that rises has forgotten them.',
  'enrolment-size': 'How much of a person must be seen before they are protected.',
  'cohort-size': 'How many other, consenting people a background population needs.',
  length: 'How much behaviour a judgement waits for.',
} as const satisfies Record<Curve['id'], string>;

/** Every kind of curve that a report may hold, in its order. */
export const curveIds = Object.keys(kinds) as Curve['id'][];

/** All curves of one kind, a chart each. */
export function curveSection(id: Curve['id'], curves: readonly Curve[]): ReportSection {
  return {
    id,
    title: titles[id],
    explanation: kinds[id],
    charts: curves.map((curve) => ({ heading: curve.title, spec: curveSpec(curve) })),
    table: {
      head: ['line', 'x', 'y', 'of'],
      rows: curves.flatMap(({ title, series, xLabel, yLabel }) =>
        series.flatMap(({ name, points }) =>
          points.map(({ x, y }) => [`${title}: ${name}`, inFigures(x), inFigures(y), `${yLabel} over ${xLabel}`]),
        ),
      ),
    },
  };
}

/** Names of the kinds of curve. */
export const titles = {
  'time-to-detect': 'Time to detect',
  drift: 'Drift over sessions',
  'enrolment-size': 'Enrolment size',
  'cohort-size': 'Cohort size',
  length: 'Window length',
} as const satisfies Record<Curve['id'], string>;

/** A curve as a chart. */
export function curveSpec({ id, xLabel, yLabel, series }: Curve) {
  const { colours, dashes } = seriesLooks(series.length);
  const domain = series.map(({ name }) => name);
  const xs = [...new Set(series.flatMap(({ points }) => points.map(({ x }) => x)))].sort((a, b) => a - b);
  // Sizes are asked about in steps of a factor; sessions and keys until an alarm are counted.
  const isSize = id === 'enrolment-size' || id === 'cohort-size' || id === 'length';
  const isLog = isSize && xs.length > 2 && (xs[0] ?? 0) > 0 && (xs.at(-1) ?? 0) / (xs[0] ?? 1) >= 4;
  const legend = { orient: 'bottom', columns: 1, title: null } as const;
  return {
    width: 420,
    height: 240,
    data: {
      values: series.flatMap(({ name, points }) =>
        points.filter(({ x, y }) => Number.isFinite(x) && Number.isFinite(y)).map(({ x, y }) => ({ name, x, y })),
      ),
    },
    mark: { type: 'line' as const, strokeWidth: 2, point: { filled: true, size: xs.length > 24 ? 0 : 36 } },
    encoding: {
      x: {
        field: 'x',
        type: 'quantitative' as const,
        scale: isLog ? { type: 'log' as const, nice: false } : { zero: false, nice: false },
        axis: { title: xLabel, ...(xs.length <= 8 ? { values: xs, format: '~r' } : { tickCount: 8 }), grid: false },
      },
      y: {
        field: 'y',
        type: 'quantitative' as const,
        scale: { zero: true },
        axis: { title: yLabel, tickCount: 6 },
      },
      order: { field: 'x', type: 'quantitative' as const },
      color: { field: 'name', type: 'nominal' as const, scale: { domain, range: colours }, legend },
      strokeDash: { field: 'name', type: 'nominal' as const, scale: { domain, range: dashes }, legend },
    },
  };
}
