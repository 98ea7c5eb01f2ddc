import { describe, expect, it } from '@jest/globals';
import { packKeystrokes } from '../../detection/features/keystroke-window.ts';
import { collectSession, replayCollectOptions } from '../collector/collect-session.ts';
import { createWorkforce } from '../workforce/workforce.ts';
import { keyClasses, loadTyping, typingSamplesOf } from './typing-recordings.ts';

const numbers = new Map([
  ['a', 1],
  ['l', 2],
  ['space', 3],
]);
const numberOf = (key: string | number) => numbers.get(String(key)) ?? 0;

describe('recorded keystrokes as the wire carries them', () => {
  it('carry their own hold and the flight that leads to them, from pair to pair', () => {
    const samples = typingSamplesOf(
      [
        { key: 'a', pressMs: 0, releaseMs: 81 },
        { key: 'l', pressMs: 150, releaseMs: 262 },
        { key: 'space', pressMs: 240, releaseMs: 300 },
      ],
      numberOf,
    );
    // other-left, left-right, right-space
    expect(Array.from(samples.zonePair)).toEqual([30, 1, 8]);
    expect(Array.from(samples.holdSteps)).toEqual([16, 22, 12]);
    expect(Array.from(samples.pressPressSteps)).toEqual([-1, 30, 18]);
    expect(samples.releasePressSteps[1]).toBe(14);
    expect(samples.releasePressSteps[2]).toBe(-4);
    expect(Array.from(samples.keyPair)).toEqual([1, keyClasses + 2, 2 * keyClasses + 3]);
  });

  it('are taken in the order of presses, and know no previous key after a pause or a broken row', () => {
    const samples = typingSamplesOf(
      [
        { key: 'l', pressMs: 200, releaseMs: 280 },
        { key: 'a', pressMs: 0, releaseMs: 80 },
        { key: 'a', pressMs: 5_000, releaseMs: 5_080 },
        { key: 'l', pressMs: 5_200, releaseMs: 5_100 },
        { key: 'a', pressMs: 5_300, releaseMs: 5_380 },
      ],
      numberOf,
    );
    expect(Array.from(samples.keyPair)).toEqual([1, keyClasses + 2, 1, 1]);
    expect(Array.from(samples.pressPressSteps)).toEqual([-1, 40, -1, -1]);
  });

  it('are the very samples that the reference collector puts into batches', async () => {
    for await (const { sessions } of createWorkforce({
      workers: 2,
      keysPerSession: 60,
      strokesPerSession: 10,
    }).subjects()) {
      for (const session of sessions) {
        const batches = collectSession({ keystrokes: session.keystrokes, pointer: [] }, replayCollectOptions);
        const collected = packKeystrokes(batches.flatMap((batch) => batch.keystrokes));
        const samples = typingSamplesOf(session.keystrokes, numberOf);
        const columns = Array.from(samples.zonePair, (zonePair, i) => {
          const steps = samples.pressPressSteps[i] ?? -1;
          return {
            zonePair,
            holdMs: (samples.holdSteps[i] ?? 0) * 5,
            pressPressMs: steps < 0 ? null : steps * 5,
            releasePressMs: steps < 0 ? null : (samples.releasePressSteps[i] ?? 0) * 5,
          };
        });
        expect(packKeystrokes(columns)).toEqual(collected);
      }
    }
  });
});

describe('subjects of a set of recordings', () => {
  it('come in order, as many as asked, with what teaches apart from what is judged', async () => {
    const workforce = createWorkforce({ workers: 4, keysPerSession: 60, strokesPerSession: 10 });
    const subjects = await loadTyping(workforce, 3);
    expect(subjects.map(({ name }) => name)).toEqual(['worker-1', 'worker-2', 'worker-3']);
    for (const { enrolment, later } of subjects) {
      expect([enrolment.length, later.length]).toEqual([4, 2]);
      for (const session of [...enrolment, ...later]) expect(session.zonePair).toHaveLength(60);
    }
  });

  it('are left out where a session is too short to be one', async () => {
    expect(await loadTyping(createWorkforce({ workers: 2, keysPerSession: 5, strokesPerSession: 10 }))).toEqual([]);
  });
});
