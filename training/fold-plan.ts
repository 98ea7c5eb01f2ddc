/** Rows that one fitted model sees, and those that it is asked about. Indices into the history. */
export interface Fold {
  train: number[];
  test: number[];
}

/** More folds than this share a model: the cost grows with each, the calibration hardly. */
export const maxFolds = 4;

/** A fold's model must see at least this share of the history, or it says little about the model of all of it. */
const leastTrainingShare = 0.4;

/**
 * Folds whose tests cover every row once. With two sessions or more, whole sessions are left out, neighbouring ones
 * together where there are more than {@link maxFolds}; windows of one session resemble each other too much to tell how
 * strange the next session will be. With one session, or one that outweighs the others, contiguous blocks, and the rows
 * beside the block are left out of its training: neighbouring windows share keystrokes.
 *
 * @param sessions session of each row, rows of one session together, oldest first
 */
export function planFolds(sessions: readonly number[]): Fold[] {
  const starts = sessionStarts(sessions);
  const bySession = blocks(starts, sessions.length);
  const least = leastTrainingShare * sessions.length;
  const merged = mergeNeighbours(bySession);
  if (merged.length >= 2 && merged.every(({ from, to }) => sessions.length - (to - from) >= least)) {
    return merged.map((block) => leaveOut(block, sessions.length, 0));
  }
  const count = Math.min(maxFolds, sessions.length);
  const cuts = Array.from({ length: count }, (_, k) => Math.floor((k * sessions.length) / count));
  return blocks(cuts, sessions.length).map((block) => leaveOut(block, sessions.length, 1));
}

/** Index of each session's first row. */
export function sessionStarts(sessions: readonly number[]): number[] {
  return sessions.flatMap((session, i) => (i === 0 || session !== sessions[i - 1] ? [i] : []));
}

interface Block {
  from: number;
  to: number;
}

function blocks(starts: readonly number[], length: number): Block[] {
  return starts.map((from, i) => ({ from, to: starts[i + 1] ?? length }));
}

/** At most {@link maxFolds} blocks: the pair of neighbours that is smallest together becomes one, again and again. */
function mergeNeighbours(all: readonly Block[]): Block[] {
  const merged = [...all];
  while (merged.length > maxFolds) {
    let smallest = 0;
    for (let i = 1; i + 1 < merged.length; i++) {
      if (merged[i + 1]!.to - merged[i]!.from < merged[smallest + 1]!.to - merged[smallest]!.from) smallest = i;
    }
    merged.splice(smallest, 2, { from: merged[smallest]!.from, to: merged[smallest + 1]!.to });
  }
  return merged;
}

function leaveOut({ from, to }: Block, length: number, beside: number): Fold {
  const all = Array.from({ length }, (_, i) => i);
  return { train: all.filter((i) => i < from - beside || i >= to + beside), test: all.slice(from, to) };
}
