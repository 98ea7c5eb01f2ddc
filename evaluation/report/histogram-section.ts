import { ascending, countAtMost } from '../metrics/ascending.ts';
import { quantileOfSorted } from '../metrics/quantile.ts';
import { joined } from '../metrics/user-bootstrap.ts';
import { kindColours } from './palette.ts';
import { inFigures, percent, type ReportSection } from './report-section.ts';
import type { ScoreSummary } from './score-summary.ts';

const bins = 48;

/** Shares of an ascending list per bin; what lies outside the edges counts in the first and in the last. */
function sharesPerBin(sorted: Float64Array, low: number, width: number): number[] {
  let before = 0;
  return Array.from({ length: bins }, (_, bin) => {
    const upTo = bin === bins - 1 ? sorted.length : countAtMost(sorted, low + (bin + 1) * width);
    const here = upTo - before;
    before = upTo;
    return here / sorted.length;
  });
}

/** How the scores of the owners and of others lie, one histogram per score set. */
export function histogramSection(sets: readonly ScoreSummary[]): ReportSection {
  const pools = sets.map(({ name, genuine, impostor }) => {
    const sorted = { genuine, impostor };
    const all = ascending(joined([genuine, impostor]));
    const [low, high] = [quantileOfSorted(all, 0.002), quantileOfSorted(all, 0.995)];
    return { name, sorted, low, width: high > low ? (high - low) / bins : 1 };
  });
  return {
    id: 'histograms',
    title: 'Score histograms',
    explanation:
      "Scores of the accounts' owners (genuine) and of others (impostor), as shares of each; higher is stranger. The first and last bins hold what lies beyond. Where the two overlap, errors are made.",
    charts: pools
      .filter(({ sorted }) => sorted.genuine.length + sorted.impostor.length > 0)
      .map(({ name, sorted, low, width }) => ({
        heading: name,
        spec: {
          width: 360,
          height: 150,
          data: {
            values: (['genuine', 'impostor'] as const).flatMap((kind) =>
              sharesPerBin(sorted[kind], low, width).map((share, bin) => ({
                kind,
                from: low + bin * width,
                to: low + (bin + 1) * width,
                share: Number.isFinite(share) ? share : 0,
              })),
            ),
          },
          mark: { type: 'rect', opacity: 0.55 },
          encoding: {
            x: {
              field: 'from',
              type: 'quantitative',
              scale: { zero: false, nice: false },
              axis: { title: 'score (higher is stranger)', tickCount: 6, grid: false },
            },
            x2: { field: 'to' },
            y: {
              field: 'share',
              type: 'quantitative',
              axis: { title: 'share of scores', format: '.0%', tickCount: 4 },
            },
            y2: { datum: 0 },
            color: {
              field: 'kind',
              type: 'nominal',
              scale: { domain: Object.keys(kindColours), range: Object.values(kindColours) },
              legend: { orient: 'top', title: null, symbolType: 'square' },
            },
          },
        },
      })),
    table: {
      head: [
        'score set',
        'genuine median',
        'genuine 95 %',
        'genuine 99 %',
        'impostor 5 %',
        'impostor median',
        'impostors above genuine 99 %',
      ],
      rows: pools.map(({ name, sorted: { genuine, impostor } }) => {
        const limit = quantileOfSorted(genuine, 0.99);
        const at = (sorted: Float64Array, share: number) => inFigures(quantileOfSorted(sorted, share));
        return [
          name,
          at(genuine, 0.5),
          at(genuine, 0.95),
          inFigures(limit),
          at(impostor, 0.05),
          at(impostor, 0.5),
          percent((impostor.length - countAtMost(impostor, limit)) / impostor.length),
        ];
      }),
    },
  };
}
