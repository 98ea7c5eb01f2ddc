import { describe, expect, it } from '@jest/globals';
import { createOffsetCommitter, type SendOffsets } from './offset-committer.ts';

const neverByItself = 3_600_000;

function setUp() {
  const sent: string[] = [];
  const failures: unknown[] = [];
  const outcomes: (Error | undefined)[] = [];
  const committer = createOffsetCommitter(neverByItself, (error) => failures.push(error));
  const send: SendOffsets = async (offsets) => {
    sent.push(offsets.map(({ partition, offset }) => `${partition}:${offset}`).join(' '));
    const outcome = outcomes.shift();
    if (outcome !== undefined) throw outcome;
  };
  return { committer, send, sent, failures, outcomes };
}

describe('offset committer', () => {
  it('commits the last of what was noted, once', async () => {
    const { committer, send, sent } = setUp();
    committer.note(0, 10, send);
    committer.note(1, 5, send);
    committer.note(0, 20, send);
    await committer.flush();
    await committer.flush();
    committer.clear();
    expect(sent).toEqual(['0:20 1:5']);
  });

  it('commits again what has failed, unless something later is done by then', async () => {
    const { committer, send, sent, failures, outcomes } = setUp();
    outcomes.push(new Error('away'));
    committer.note(0, 10, send);
    committer.note(1, 5, send);
    const failing = committer.flush();
    committer.note(0, 30, send);
    await failing;
    await committer.flush();
    committer.clear();
    expect(failures).toHaveLength(1);
    expect(sent[1]?.split(' ').sort()).toEqual(['0:30', '1:5']);
  });

  it('commits nothing of a membership that has ended, not even what was on its way and failed', async () => {
    const { committer, send, sent, outcomes } = setUp();
    outcomes.push(new Error('the group is rebalancing'));
    committer.note(0, 10, send);
    const failing = committer.flush();
    committer.clear();
    await failing;
    committer.note(1, 1, send);
    committer.clear();
    await committer.flush();
    expect(sent.length).toBeLessThanOrEqual(1);
  });
});
