import { describeDetector } from '../../test/contracts/detector-contract.ts';
import { seededNumbers } from '../../test/samples/seeded-behaviour.ts';
import { actionMixtureScore, fitActionMixture, pointerMixture } from './action-mixture.ts';
import { cappedManhattanScore } from './capped-manhattan.ts';
import type { NeighbourOptions } from './nearest-neighbours.ts';
import {
  fitNearestNeighbours,
  fixedTextNeighbours,
  nearestNeighboursScore,
  pointerNeighbours,
  typingNeighbours,
} from './nearest-neighbours.ts';
import type { MahalanobisOptions } from './shrunk-mahalanobis.ts';
import { fitShrunkMahalanobis, shrunkMahalanobisScore, typingMahalanobis } from './shrunk-mahalanobis.ts';

describeDetector({ name: 'capped Manhattan', fitted: false, scorerOf: () => (row) => cappedManhattanScore(row) });

const mahalanobis: readonly (readonly [string, MahalanobisOptions])[] = [
  ['Ledoit and Wolf', typingMahalanobis],
  ['shrunk to the diagonal', { shrinkage: { toDiagonal: 0.3 }, ridge: 0.02 }],
];
for (const [variant, options] of mahalanobis) {
  describeDetector({
    name: `shrunk Mahalanobis, ${variant}`,
    fitted: true,
    scorerOf(rows) {
      const model = fitShrunkMahalanobis(rows, options);
      return (row) => shrunkMahalanobisScore(model, row);
    },
  });
}

const neighbours: readonly (readonly [string, NeighbourOptions])[] = [
  ['typing', typingNeighbours],
  ['pointer', pointerNeighbours],
  ['fixed text', fixedTextNeighbours],
];
for (const [variant, options] of neighbours) {
  describeDetector({
    name: `nearest neighbours, ${variant}`,
    fitted: true,
    scorerOf(rows) {
      const model = fitNearestNeighbours(rows, options);
      return (row) => nearestNeighboursScore(model, row);
    },
  });
}

describeDetector({
  name: 'action mixture',
  fitted: true,
  scorerOf(rows) {
    const { uniform } = seededNumbers(1);
    const model = fitActionMixture(rows, { ...pointerMixture, gaussians: 3, next: uniform });
    return (row) => actionMixtureScore(model, [row]);
  },
});
