import { quantile } from '../metrics/quantile.ts';
import { seriesColours } from './palette.ts';
import { percent, type ReportSection } from './report-section.ts';
import type { ScoreSummary } from './score-summary.ts';

/** More dots than this in a row hide one another: then every n-th user is drawn, the best and the worst always. */
const mostDots = 120;

/** How differently well people are told apart from others: one dot a person. */
export function userSpreadSection(sets: readonly ScoreSummary[]): ReportSection {
  const rows = sets.map(({ name, users }) => ({ name, spread: users }));
  const names = rows.map(({ name }) => name);
  return {
    id: 'per-user',
    title: 'Spread over users',
    explanation:
      "One dot for each person: the equal error rate with a threshold of the account's own. A mean hides people whom a method hardly protects; they are on the right.",
    charts: [
      {
        heading: 'Equal error rate per user',
        spec: {
          width: 460,
          height: { step: 34 },
          layer: [
            {
              data: { values: rows.flatMap(({ name, spread }) => thinned(spread).map(({ eer }) => ({ name, eer }))) },
              mark: { type: 'point', filled: true, size: 40, opacity: 0.45, color: seriesColours[0].light },
              encoding: spreadEncoding(names),
            },
            {
              data: {
                values: rows
                  .filter(({ spread }) => spread.length > 0)
                  .map(({ name, spread }) => ({
                    name,
                    eer: quantile(
                      spread.map(({ eer }) => eer),
                      0.5,
                    ),
                  })),
              },
              mark: { type: 'tick', thickness: 3, size: 24, color: seriesColours[1].light },
              encoding: spreadEncoding(names),
            },
          ],
        },
      },
    ],
    table: {
      head: ['score set', 'users', 'best', '25 %', 'median', '75 %', '90 %', 'worst', 'worst user'],
      rows: rows.map(({ name, spread }) => {
        const eers = spread.map(({ eer }) => eer);
        const at = (share: number) => percent(quantile(eers, share));
        return [
          name,
          String(eers.length),
          at(0),
          at(0.25),
          at(0.5),
          at(0.75),
          at(0.9),
          at(1),
          spread.at(-1)?.user ?? '-',
        ];
      }),
    },
  };
}

function spreadEncoding(names: readonly string[]) {
  return {
    x: {
      field: 'eer',
      type: 'quantitative' as const,
      scale: { domainMin: 0 },
      axis: { title: 'equal error rate (the tick is the median)', format: '.0%', tickCount: 8 },
    },
    y: {
      field: 'name',
      type: 'nominal' as const,
      sort: [...names],
      axis: { title: null, labelPadding: 8, grid: true },
    },
  };
}

function thinned<T>(sorted: readonly T[]): T[] {
  if (sorted.length <= mostDots) return [...sorted];
  return Array.from({ length: mostDots }, (_, i) => {
    const place = Math.round((i * (sorted.length - 1)) / (mostDots - 1));
    return sorted[place] as T;
  });
}
