import { normalDeviate } from '../metrics/normal-deviate.ts';
import { farAtFrr, frrAtFar } from '../metrics/operating-point.ts';
import { seriesLooks } from './palette.ts';
import { inFigures, percent, type ReportSection } from './report-section.ts';
import type { ScoreSummary } from './score-summary.ts';

const tickShares = [0.0001, 0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.6];
const ticks = tickShares.map((share) => ({ deviate: normalDeviate(share), label: `${share * 100}` }));

/** The detection error trade-off of each score set, pooled, on normal-deviate axes (ISO/IEC 19795-1). */
export function detSection(sets: readonly ScoreSummary[]): ReportSection {
  const { colours, dashes } = seriesLooks(sets.length);
  const domain = sets.map(({ name }) => name);
  const values = sets.flatMap(({ name, det }) =>
    det.map(({ farDeviate, frrDeviate }) => ({ name, x: farDeviate, y: frrDeviate })),
  );
  const [low, high] = [normalDeviate(0.0001), normalDeviate(0.6)];
  const axis = (title: string) => ({
    title,
    values: ticks.map(({ deviate }) => deviate),
    labelExpr: ticks.reduceRight(
      (rest, { deviate, label }) => `abs(datum.value - (${deviate})) < 1e-9 ? '${label}' : ${rest}`,
      "''",
    ),
  });
  const legend = { orient: 'bottom', columns: 1, title: null } as const;
  const scale = { domain: [low, high], zero: false, nice: false };
  return {
    id: 'det',
    title: 'Detection error trade-off (DET)',
    explanation:
      'One threshold for everybody, moved from strict to lenient: how many genuine windows are flagged against how many impostors pass. Axes are normal deviates; nearer to the lower left is better; the dotted line has both errors equal (EER).',
    charts: [
      {
        heading: 'All score sets',
        spec: {
          width: 460,
          height: 460,
          layer: [
            {
              data: {
                values: [
                  { x: low, y: low },
                  { x: high, y: high },
                ],
              },
              mark: { type: 'line', color: 'currentColor', opacity: 0.5, strokeDash: [2, 4], strokeWidth: 1 },
              encoding: { x: { field: 'x', type: 'quantitative' }, y: { field: 'y', type: 'quantitative' } },
            },
            {
              data: { values },
              transform: [
                { filter: `datum.x >= ${low} && datum.x <= ${high} && datum.y >= ${low} && datum.y <= ${high}` },
              ],
              mark: { type: 'line', strokeWidth: 2 },
              encoding: {
                x: { field: 'x', type: 'quantitative', scale, axis: axis('impostors that pass, FAR (%)') },
                y: { field: 'y', type: 'quantitative', scale, axis: axis('genuine flagged, FRR (%)') },
                order: { field: 'x', type: 'quantitative' },
                color: { field: 'name', type: 'nominal', scale: { domain, range: colours }, legend },
                strokeDash: { field: 'name', type: 'nominal', scale: { domain, range: dashes }, legend },
              },
            },
          ],
        },
      },
    ],
    table: {
      head: [
        'score set',
        'EER (pooled)',
        'AUC',
        'FRR at 1 % FAR',
        'FAR at 1 % FRR',
        'genuine scores',
        'impostor scores',
      ],
      rows: sets.map(({ name, genuine, impostor, pooledEer, auc }) => [
        name,
        percent(pooledEer),
        inFigures(auc),
        percent(frrAtFar(genuine, impostor, 0.01)),
        percent(farAtFrr(genuine, impostor, 0.01)),
        String(genuine.length),
        String(impostor.length),
      ]),
    },
  };
}
