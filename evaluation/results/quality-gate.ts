import type { TrainingBackend } from '../../training/tensorflow.ts';
import { type Assessed, assess } from '../suites/assessment.ts';
import type { SuiteContext } from '../suites/suite.ts';
import type { Suite } from '../suites/suites.ts';
import type { Target } from '../suites/targets.ts';
import type { GatedFigure } from './recorded-suite.ts';

/** The gate runs where every machine computes the same bytes. */
export const gateBackend: TrainingBackend = 'wasm';

/** The seed that is compared; the record's noise comes from others as well. */
export const gateSeed = 1;

/** The promised figures of a suite's short form, for one seed. */
export async function shortForm(
  suite: Suite,
  datasets: string,
  seed: number,
  onStep: SuiteContext['onStep'],
): Promise<Assessed[]> {
  const run = await suite.load();
  const { figures } = await run({ datasets, seeds: [seed], form: 'short', backend: gateBackend, onStep });
  return assess(suite.name, figures);
}

/** A figure that a change has made worse. */
export interface Worsened {
  figure: string;
  recorded: number;
  /** `null`: no longer measured. */
  now: number | null;
  noise: number;
}

/** The recorded figures that are worse now by more than their noise. */
export function worsened(recorded: Readonly<Record<string, GatedFigure>>, now: readonly Assessed[]): Worsened[] {
  return now.flatMap(({ target, measured }) => {
    const before = recorded[target.path];
    if (before === undefined || !isWorse(target, before, measured)) return [];
    return [{ figure: target.path, recorded: before.measured, now: measured, noise: before.noise }];
  });
}

function isWorse({ better }: Target, { measured: before, noise }: GatedFigure, now: number | null): boolean {
  if (now === null) return true;
  switch (better) {
    case 'lower':
      return now > before + noise;
    case 'higher':
      return now < before - noise;
    case 'same':
      return Math.abs(now - before) > noise;
  }
}
