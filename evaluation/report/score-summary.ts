import { areaUnderCurveOfSorted } from '../metrics/area-under-curve.ts';
import { ascending } from '../metrics/ascending.ts';
import { type DetPoint, detPoints } from '../metrics/det-points.ts';
import { equalErrorRate, equalErrorRateOfSorted } from '../metrics/equal-error-rate.ts';
import { joined } from '../metrics/user-bootstrap.ts';
import type { ScoreSet } from '../suites/suite.ts';

/** A score set as the sections of a report need it: sorted once, for there may be millions. */
export interface ScoreSummary {
  name: string;
  /** All scores of the set, whoever they are of, ascending. */
  genuine: Float64Array;
  impostor: Float64Array;
  det: DetPoint[];
  pooledEer: number;
  auc: number;
  /** Equal error rate of every user who has genuine and impostor scores, the best protected first. */
  users: { user: string; eer: number }[];
}

/** Summarises a score set. */
export function summarise({ name, users }: ScoreSet): ScoreSummary {
  const genuine = ascending(joined(users.map((user) => user.genuine)));
  const impostor = ascending(joined(users.map((user) => user.impostor)));
  return {
    name,
    genuine,
    impostor,
    det: detPoints(genuine, impostor),
    pooledEer: equalErrorRateOfSorted(genuine, impostor),
    auc: areaUnderCurveOfSorted(genuine, impostor),
    users: users
      .filter((user) => user.genuine.length > 0 && user.impostor.length > 0)
      .map((user) => ({ user: user.user, eer: equalErrorRate(user.genuine, user.impostor) }))
      .sort((a, b) => a.eer - b.eer || (a.user < b.user ? -1 : 1)),
  };
}
