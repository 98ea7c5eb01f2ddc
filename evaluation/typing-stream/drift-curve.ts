import type { EvidenceRule } from '../../detection/sequential/evidence-rule.ts';
import { standardScore } from '../../detection/sequential/session-evidence.ts';
import { quantile } from '../metrics/quantile.ts';
import type { Curve } from '../suites/suite.ts';
import { judgedStep } from '../typing/typing-windows.ts';
import { calibrateAccounts, contractOf } from './calibrated-account.ts';
import type { StreamTrial } from './take-over-figures.ts';

/** Keys of one point of the curve. */
const keysPerPoint = 100;
const quantiles = [
  { name: 'median', share: 0.5 },
  { name: '90 % quantile', share: 0.9 },
] as const;

/** How strange owners become to their template with every key since their enrolment, in genuine spreads. */
export function driftCurve(
  { accounts, genuine }: Pick<StreamTrial, 'accounts' | 'genuine'>,
  rule: EvidenceRule,
): Curve {
  const points: number[][] = [];
  for (const [i, calibrated] of calibrateAccounts(accounts, contractOf(1), rule).entries()) {
    if (calibrated === undefined) continue;
    let keys = 0;
    for (const scores of genuine[i]!) {
      for (const score of scores) {
        const standard = standardScore(calibrated.calibration, score);
        const point = Math.floor(keys / keysPerPoint);
        points[point] ??= [];
        if (standard !== undefined) points[point].push(standard);
        keys += judgedStep;
      }
    }
  }
  return {
    id: 'drift',
    title: 'Drift: genuine scores by keys since enrolment',
    xLabel: 'keys since enrolment',
    yLabel: 'score, in genuine spreads from the usual place',
    series: quantiles.map(({ name, share }) => ({
      name,
      points: points.map((scores, i) => ({ x: (i + 1) * keysPerPoint, y: quantile(scores, share) })),
    })),
  };
}
