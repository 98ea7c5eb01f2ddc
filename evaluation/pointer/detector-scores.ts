import { loadTensorflow } from '../../training/tensorflow.ts';
import type { SuiteContext } from '../suites/suite.ts';
import { enrolmentOf } from './judged-account.ts';
import { constantsWithout, fitWindowJudges, fusedWindowScore, windowScoreUnits } from './one-class-study.ts';
import type { PointerTrial } from './pointer-trials.ts';
import type { StrokeAccount } from './stroke-accounts.ts';
import { type WindowDetector, windowDetectors, windowHistory } from './window-models.ts';

/** The detectors alone, and mixture, neighbours and autoencoder fused. */
export type ScoredDetector = WindowDetector | 'fused';

/**
 * Later sessions of all accounts under the published one-class detectors, in units that come from the *other* accounts' left-out
 * training sessions; one list of trials per seed. Units are those of the first seed.
 */
export async function detectorScores(
  accounts: readonly StrokeAccount[],
  { seeds, backend, onStep }: SuiteContext,
): Promise<Record<ScoredDetector, PointerTrial[][]>> {
  const { tf } = await loadTensorflow(backend);
  const enrolments = accounts.map(enrolmentOf);
  const units = await windowScoreUnits(tf, enrolments, seeds[0] ?? 1, (done, total) =>
    onStep('units of the detectors', done, total),
  );
  const histories = enrolments.map(windowHistory);
  const runs: Record<ScoredDetector, PointerTrial[][]> = {
    cappedManhattan: [],
    nearestNeighbours: [],
    autoencoder: [],
    actionMixture: [],
    fused: [],
  };
  for (const [s, seed] of seeds.entries()) {
    const judges = await fitWindowJudges(tf, histories, seed, (done) =>
      onStep('window detectors', s * accounts.length + done, seeds.length * accounts.length),
    );
    const scored = accounts.flatMap((account, a) => {
      const constants = constantsWithout(a, units);
      return account.later
        .filter(({ strokes }) => strokes.length > 0)
        .map(({ strokes, actor }) => {
          const scores = judges[a]!(strokes);
          const trial = { account: account.name, genuine: actor === 'owner', strokes: strokes.length };
          return { trial, scores, fused: fusedWindowScore(scores, constants), constants };
        });
    });
    for (const detector of windowDetectors) {
      runs[detector].push(
        scored.map(({ trial, scores, constants }) => {
          const { location, scale } = constants[detector];
          return { ...trial, score: (scores[detector] - location) / scale };
        }),
      );
    }
    runs.fused.push(scored.map(({ trial, fused }) => ({ ...trial, score: fused })));
  }
  return runs;
}
