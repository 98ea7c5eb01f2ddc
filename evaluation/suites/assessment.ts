import { type FigureNoise, type Figures, figureAt, noiseAt } from './figure-paths.ts';
import { reaches, type Target, targets } from './targets.ts';

/** A promised figure beside what was measured. */
export interface Assessed {
  target: Target;
  /** `null` where the suite did not give it. */
  measured: number | null;
  noise: FigureNoise;
  /** `null` where nothing is asked for, or nothing was measured. */
  reachesLeast: boolean | null;
  reachesHereFor: boolean | null;
}

/** The promised figures of a suite, measured and held against what is asked for, in the order of the promises. */
export function assess(suite: string, figures: Figures): Assessed[] {
  return targets
    .filter((target) => target.suite === suite)
    .map((target) => {
      const measured = figureAt(figures, target.path);
      return {
        target,
        measured,
        noise: noiseAt(figures, target.path),
        reachesLeast: reaches(target, measured, target.least),
        reachesHereFor: reaches(target, measured, target.hereFor),
      };
    });
}

/** A figure as people read it: a count as it is, else four digits, more where it is small; `-` for none. */
export function figureInWords(value: number | null): string {
  if (value === null) return '-';
  if (Number.isInteger(value)) return String(value);
  const size = Math.abs(value);
  return size < 0.01 ? value.toFixed(5) : size < 10 ? value.toFixed(4) : value.toFixed(1);
}

/** What was asked for, with `ok` or `short` where something was measured; `-` where nothing was asked for. */
export function standingInWords(asked: number | null, reached: boolean | null): string {
  if (asked === null) return '-';
  return reached === null ? String(asked) : `${asked} ${reached ? 'ok' : 'short'}`;
}
