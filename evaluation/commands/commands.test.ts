import { describe, expect, it } from '@jest/globals';
import { createSeededRandom } from '../../platform/seeded-random.ts';
import type { UserScores } from '../metrics/error-rates.ts';
import { chosenOnOtherHalf, plainSettings } from './chosen-settings.ts';
import type { CodedUser } from './coded-users.ts';
import { codedUsers } from './coded-users.ts';
import { halfPopulations } from './command-curves.ts';
import { commandFigures, groupFigures, pooledAuc, scoresOf } from './command-figures.ts';
import { languageModelScores } from './language-model.ts';
import { takeOverScores } from './stranger-scores.ts';
import { carriedThreshold, takeOvers, thresholdAt } from './take-over-figures.ts';

/** Accounts with favourites of their own; blocks 20 to 29 of every account but the last were made by a stranger. */
function workforce(seed: number, users = 6): CodedUser[] {
  const random = createSeededRandom(seed);
  const blocks = (from: number, count: number, fork: string) => {
    const own = random.fork(fork);
    return Array.from({ length: count }, () =>
      Array.from({ length: 100 }, () => `command${from + Math.floor(25 * own.next() ** 2)}`),
    );
  };
  return codedUsers(
    Array.from({ length: users }, (_, u) => {
      const own = blocks(6 * u, 70, `owner ${u}`);
      const attacked = u < users - 1;
      const foreign = Array.from({ length: 40 }, (_, block) => attacked && block >= 20 && block < 30);
      const stranger = blocks(6 * u + 12, 40, `stranger ${u}`);
      const test = own.slice(30).map((block, index) => (foreign[index] ? stranger[index]! : block));
      return { name: String(u), training: own.slice(0, 30), test, foreign };
    }),
  );
}

const users = workforce(1);

describe('blocks of commands', () => {
  it.each([
    ['the language model', (user: CodedUser) => languageModelScores(user)],
    ['the odds of a stranger', (user: CodedUser) => takeOverScores(user, plainSettings, undefined).withHistory],
    [
      'the odds beside a population',
      (user: CodedUser) => takeOverScores(user, plainSettings, halfPopulations(users)(users.indexOf(user))).withHistory,
    ],
  ])('tell a stranger from the owner: %s', (_, score) => {
    expect(pooledAuc(users.map((user) => scoresOf(user, score(user))))).toBeGreaterThan(0.95);
  });

  it('are judged from the account alone in one-class mode: what others do moves no score', () => {
    const [alone] = codedUsers([
      { ...users[0]!, training: users[0]!.training.map(named), test: users[0]!.test.map(named) },
    ]);
    const together = takeOverScores(users[0]!, plainSettings, undefined).withHistory;
    for (const [block, score] of takeOverScores(alone!, plainSettings, undefined).withHistory.entries()) {
      expect(score).toBeCloseTo(together[block]!, 9);
    }
  });

  it('are judged from what went before: later blocks move no score', () => {
    const user = users[0]!;
    const cut = { ...user, test: user.test.slice(0, 25) };
    const all = takeOverScores(user, plainSettings, undefined).withHistory;
    expect(takeOverScores(cut, plainSettings, undefined).withHistory).toEqual(all.slice(0, 25));
    expect(languageModelScores(cut)).toEqual(languageModelScores(user).slice(0, 25));
  });

  it('belong to nobody in the population that they are held against', () => {
    const populations = halfPopulations(users);
    const without = halfPopulations(users.map((user, u) => (u === 2 ? { ...user, training: [[4_000]] } : user)));
    expect(without(2).shareOf(4_000)).toBe(populations(2).shareOf(4_000));
    expect(without(3).shareOf(4_000)).toBeGreaterThan(populations(3).shareOf(4_000));
  });
});

function named(block: readonly number[]): string[] {
  return block.map(String);
}

const scored = (name: string, genuine: number[], impostor: number[]): UserScores => ({
  user: name,
  genuine: Float64Array.from(genuine),
  impostor: Float64Array.from(impostor),
});

describe('figures of commands', () => {
  it('are those of a setting that was chosen on the other users', () => {
    const good = [scored('a', [0, 1], [2, 3]), scored('b', [0, 1], [0, 0])];
    const bad = [scored('a', [2, 3], [0, 1]), scored('b', [0, 0], [1, 1])];
    const settings = { ...plainSettings, pairShare: 0.9 };
    const [first, second] = chosenOnOtherHalf([plainSettings, settings], (each) => (each === settings ? bad : good));
    // User a does best under the first setting, which therefore judges b; and the other way round.
    expect(first).toEqual({ settings, scores: [bad[0]] });
    expect(second).toEqual({ settings: plainSettings, scores: [good[1]] });
    expect(() => chosenOnOtherHalf([], () => good)).toThrow(RangeError);
  });

  it('of groups with settings of their own are means, but for the worst user', () => {
    const groups = [[scored('a', [0, 1], [2, 3])], [scored('b', [2, 3], [0, 1])]];
    const figures = groupFigures(groups);
    expect(figures).toMatchObject({ auc: 0.5, worstEer: 1, worstUser: 'b', usersAttacked: 2 });
    expect(commandFigures(groups[0]!)).toMatchObject({ auc: 1, eer: 0, hitsAt1_3PercentFalseAlarms: 1 });
  });

  it('count visits, not blocks, and how long each went unseen', () => {
    const user = { ...users[0]!, foreign: [true, true, false, true, true, true, false, true] };
    const scores = Float64Array.of(0, 9, 0, 0, 0, 9, 9, 0);
    expect(takeOvers([user], [scores], 5)).toEqual({ count: 3, caughtShare: 2 / 3, medianCommands: 250 });
    expect(carriedThreshold([scoresOf(user, scores)], 5)).toEqual({ falseAlarms: 0.5, hits: 1 / 3 });
    expect(thresholdAt([scored('a', [0, 1, 2, 3, 4], [])], 0.25)).toBe(3);
  });
});
