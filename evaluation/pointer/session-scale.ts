import { median } from '../metrics/quantile.ts';

/** Windows of one session. */
export type SessionWindows = readonly Float64Array[];

/** Centre and scale of each number of a window, from one account's sessions. */
export interface SessionScale {
  centre: Float64Array;
  scale: Float64Array;
}

const clip = 4;
/** No number is scaled by less than this share of the median scale: it would be all that counts. */
const scaleFloor = 0.05;

function present(rows: readonly Float64Array[], column: number): number[] {
  const values: number[] = [];
  for (const row of rows) if (!Number.isNaN(row[column]!)) values.push(row[column]!);
  return values;
}

/** 0 where nobody has the number: it is then missing everywhere. */
function medianOr0(values: readonly number[]): number {
  return values.length === 0 ? 0 : median(values);
}

function meanDeviation(values: readonly number[], centre: number): number {
  let sum = 0;
  for (const value of values) sum += Math.abs(value - centre);
  return sum / values.length;
}

/**
 * Median, and how far windows lie from the median of the *other* sessions, averaged over sessions: what varies from session to
 * session must not look narrow because each session is. From the one median where there is a single session.
 */
export function fitSessionScale(sessions: readonly SessionWindows[]): SessionScale {
  const width = sessions[0]?.[0]?.length ?? 0;
  const rows = sessions.flat();
  const centre = new Float64Array(width);
  const scale = new Float64Array(width);
  for (let f = 0; f < width; f++) {
    const columns = sessions.map((session) => present(session, f));
    centre[f] = medianOr0(columns.flat());
    const deviations: number[] = [];
    for (const [s, own] of columns.entries()) {
      const others = columns.length < 2 ? own : columns.flatMap((column, other) => (other === s ? [] : column));
      if (own.length > 0 && others.length > 0) deviations.push(meanDeviation(own, median(others)));
    }
    scale[f] = deviations.length === 0 ? 0 : deviations.reduce((sum, value) => sum + value, 0) / deviations.length;
  }
  const floor = scaleFloor * medianOr0(Array.from(scale).filter((value) => value > 0)) + 1e-6;
  if (rows.length === 0) throw new RangeError('a scale needs at least one window');
  return { centre, scale: scale.map((value) => Math.max(value, floor)) };
}

/** In units of the scale, clipped; what is missing lies in the centre. Finite. */
export function sessionScaled({ centre, scale }: SessionScale, row: Float64Array): Float64Array {
  return row.map((value, f) =>
    Number.isNaN(value) ? 0 : Math.min(Math.max((value - centre[f]!) / scale[f]!, -clip), clip),
  );
}
