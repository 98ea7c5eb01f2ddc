import { expect, it } from '@jest/globals';
import { createCapturedLog } from '../../test/fixtures/captured-log.ts';
import { createManualClock } from '../clock.ts';
import { createRounds } from './rounds.ts';

const pauseMs = 100;

const turn = () => new Promise((resolve) => setImmediate(resolve));

it('goes on after a round that failed, and tells of it as a defect', async () => {
  const clock = createManualClock();
  const { log, lines } = createCapturedLog();
  let begun = 0;
  const rounds = createRounds({
    ...{ name: 'a look', pauseMs, clock, log },
    async round() {
      begun += 1;
      if (begun < 3) throw new TypeError('as told');
    },
  });
  rounds.start();
  for (let round = 1; round <= 4; round++) {
    clock.advance(pauseMs);
    await turn();
    expect(begun).toBe(round);
  }
  expect(lines.filter((line) => line.includes('"level":"error"') && line.includes('as told'))).toHaveLength(2);
  await rounds.stop();
  clock.advance(10 * pauseMs);
  expect(begun).toBe(4);
});

it('stops without a word when the last round fails', async () => {
  const clock = createManualClock();
  const { log } = createCapturedLog();
  let fail = (): void => undefined;
  const failing = new Promise<void>((_, reject) => {
    fail = () => reject(new Error('as told'));
  });
  const rounds = createRounds({ name: 'a look', pauseMs, clock, log, round: () => failing });
  rounds.start();
  clock.advance(pauseMs);
  const stopped = rounds.stop();
  fail();
  await stopped;
});
