import type { Action, ActionCounts } from '../../detection/activity/action-counts.ts';
import type { CodedUser } from './coded-users.ts';
import { countsOf, languageSurprise } from './language-model.ts';

/** Commands with a feature of their own: the user's most frequent ones. */
const ownFeatures = 60;
/** Fewest earlier blocks that say what a training block should look like; before, later ones do. */
const fewestEarlier = 10;
const laterBlocks = 29;

/** Number of features of a block: the frequent commands, the others together, how many kinds, and four surprises. */
export const blockFeatures = ownFeatures + 2 + 4;

/** Where the surprises of single commands and of pairs stand in a vector. */
export const surpriseFeatures = { action: ownFeatures + 2, pair: ownFeatures + 3 } as const;

/** A user's blocks as vectors; no training block is judged by itself. */
export interface BlockVectors {
  training: Float64Array[];
  test: Float64Array[];
}

function frequentActions(blocks: readonly (readonly Action[])[]): Action[] {
  const counts = new Map<Action, number>();
  for (const block of blocks) for (const action of block) counts.set(action, (counts.get(action) ?? 0) + 1);
  return [...counts]
    .sort((a, b) => b[1] - a[1])
    .slice(0, ownFeatures)
    .map(([action]) => action);
}

/** Square roots of counts, whose spread does not grow with them, and the language model's view of the block. */
export function blockVectors(user: CodedUser): BlockVectors {
  const frequent = frequentActions(user.training);
  const vectorOf = (block: readonly Action[], counts: ActionCounts) => {
    const vector = new Float64Array(blockFeatures);
    let others = block.length;
    for (const [feature, action] of frequent.entries()) {
      const count = block.filter((each) => each === action).length;
      vector[feature] = Math.sqrt(count);
      others -= count;
    }
    const surprise = languageSurprise(counts, block);
    vector.set(
      [
        Math.sqrt(others),
        Math.sqrt(new Set(block).size),
        surprise.action,
        surprise.pair,
        surprise.unseenShare,
        surprise.unseenKinds,
      ],
      ownFeatures,
    );
    return vector;
  };
  const known = countsOf(user.training);
  return {
    training: user.training.map((block, index) => {
      const earlier = user.training.slice(0, index);
      const later = user.training.slice(index + 1, index + 1 + laterBlocks);
      return vectorOf(block, countsOf(index >= fewestEarlier ? earlier : later));
    }),
    test: user.test.map((block) => vectorOf(block, known)),
  };
}
