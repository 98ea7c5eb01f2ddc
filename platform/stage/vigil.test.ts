import { describe, expect, it } from '@jest/globals';
import { createManualClock } from '../clock.ts';
import { createVigil } from './vigil.ts';

const everyMs = 100;

function watching() {
  const clock = createManualClock();
  const group = { signs: 0, fails: false };
  const vigil = createVigil({
    clock,
    signOfLifeEveryMs: everyMs,
    async signOfLife() {
      group.signs += 1;
      if (group.fails) throw new Error('out of the group');
    },
  });
  return { clock, group, vigil };
}

/** A question that is answered when the test says so. */
function held() {
  let answer: (value: string) => void = () => undefined;
  let fail: (error: Error) => void = () => undefined;
  const promise = new Promise<string>((resolve, reject) => {
    answer = resolve;
    fail = reject;
  });
  return { ask: () => promise, answer: (value: string) => answer(value), fail: (error: Error) => fail(error) };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('the vigil over a batch', () => {
  it('gives signs of life while a question is open, and passes its answer on', async () => {
    const { clock, group, vigil } = watching();
    const question = held();
    const answer = vigil.during(question.ask);
    await turn();
    clock.advance(10 * everyMs);
    expect(group.signs).toBe(10);
    question.answer('here');
    expect(await answer).toBe('here');
    clock.advance(10 * everyMs);
    expect(group.signs).toBe(10);
    await expect(vigil.during(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
  });

  it('keeps nobody alive who asks nothing, and watches again from the next question on', async () => {
    const { clock, group, vigil } = watching();
    for (let i = 0; i < 5; i++) await vigil.during(async () => 'at once');
    clock.advance(50 * everyMs);
    expect(group.signs).toBe(0);
    void vigil.during(held().ask);
    await turn();
    clock.advance(everyMs);
    expect(group.signs).toBe(1);
    vigil.end();
    clock.advance(50 * everyMs);
    expect(group.signs).toBe(1);
  });

  it('gives an open question up when a sign of life fails, hears no more of it, and asks nothing again', async () => {
    const unheard: unknown[] = [];
    const listen = (error: unknown) => unheard.push(error);
    process.on('unhandledRejection', listen);
    const { clock, group, vigil } = watching();
    const question = held();
    const answer = vigil.during(question.ask);
    await turn();
    group.fails = true;
    clock.advance(everyMs);
    await expect(answer).rejects.toThrow('out of the group');
    question.fail(new Error('much later'));
    let asked = false;
    const next = vigil.during(async () => {
      asked = true;
    });
    await expect(next).rejects.toThrow('out of the group');
    expect(asked).toBe(false);
    vigil.end();
    await turn();
    process.off('unhandledRejection', listen);
    expect(unheard).toEqual([]);
  });

  it('hears first what was answered while the process stood still', async () => {
    const clock = createManualClock();
    let stoodStillMs = 0;
    const frozen = createVigil({
      clock: { nowMs: () => clock.nowMs() + stoodStillMs, after: clock.after },
      signOfLifeEveryMs: everyMs,
      signOfLife: () => Promise.reject(new Error('out of the group')),
    });
    const question = held();
    const answer = frozen.during(question.ask);
    await turn();
    stoodStillMs = 20 * everyMs;
    clock.advance(everyMs);
    await turn();
    question.answer('in time');
    expect(await answer).toBe('in time');
    frozen.end();
  });
});
