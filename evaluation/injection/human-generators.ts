import { keystrokeStepMs } from '../../detection/features/keystroke-window.ts';
import { zones } from '../../detection/words/behaviour.ts';
import type { SeededRandom } from '../../platform/seeded-random.ts';
import type { TypingSamples } from '../typing/typing-recordings.ts';
import type { HumanSource } from './human-source.ts';
import { type InjectBurst, timesOf } from './typing-generator.ts';

function draw(values: Float64Array, random: SeededRandom): number {
  return values[random.integer(values.length)]!;
}

/** Hold and press-press drawn from the source independently, whatever the key: its marginals and nothing else. */
export function marginals(source: HumanSource): InjectBurst {
  return (keyZones, random) =>
    timesOf(keyZones.length, () => ({
      holdMs: draw(source.holdsMs, random),
      pressPressMs: draw(source.pressPressMs, random),
    }));
}

/** A rarer zone pair is imitated from all keystrokes. */
const fewestOfPair = 20;

/** Hold and press-press drawn independently from what the source typed between the same two zones. */
export function byZonePair(source: HumanSource): InjectBurst {
  return (keyZones, random) =>
    timesOf(keyZones.length, (i) => {
      const pair = (i > 0 ? keyZones[i - 1]! : zones.indexOf('other')) * zones.length + keyZones[i]!;
      const indices = source.byZonePair[pair];
      const at = () =>
        indices === undefined || indices.length < fewestOfPair
          ? random.integer(source.holdsMs.length)
          : indices[random.integer(indices.length)]!;
      return { holdMs: source.holdsMs[at()]!, pressPressMs: source.pressPressMs[at()]! };
    });
}

/** A replayed pause is cut to this, so that a burst stays one. */
const longestReplayedPauseMs = 2_000;

/**
 * One person's recorded timing from a random place on, key by key, whatever the keys; from the start again at the end.
 * Where the recording has no flight, the pause is the longest that the wire still calls one.
 */
export function replay(recorded: TypingSamples): InjectBurst {
  return (keyZones, random) => {
    const length = recorded.zonePair.length;
    const start = random.integer(Math.max(1, length - keyZones.length));
    return timesOf(keyZones.length, (i) => {
      const at = (start + i) % length;
      const flight = recorded.pressPressSteps[at]!;
      return {
        holdMs: recorded.holdSteps[at]! * keystrokeStepMs,
        pressPressMs: flight < 0 ? longestReplayedPauseMs : flight * keystrokeStepMs,
      };
    });
  };
}
