import type { ActivityCount, ActivityKind } from '../../detection/words/behaviour.ts';
import type { SeededRandom } from '../../platform/seeded-random.ts';

/** What a desk worker does in an active hour, middle over people. Composed: no recording counts work. */
const typicalPerHour: Readonly<Record<ActivityKind, number>> = {
  'records-viewed': 30,
  searches: 12,
  exports: 0.3,
  pastes: 15,
  'application-switches': 80,
  logins: 0.4,
};

/** How much people, days and tasks differ: standard deviations of the logarithm of the rates. */
const spreads = { person: 0.6, day: 0.3, task: 0.7 } as const;
/** Active time on one task. */
const taskMs = 1_800_000;
const hourMs = 3_600_000;
/** Longer recorded pauses are not active time. */
const longestActiveMs = 60_000;

const kinds = Object.keys(typicalPerHour) as ActivityKind[];

/** Events of a Poisson process with this expectation (Knuth's product of uniforms; for expectations of some tens). */
export function poisson(random: SeededRandom, expected: number): number {
  const limit = Math.exp(-expected);
  let count = 0;
  for (let product = random.next(); product > limit; product *= random.next()) count++;
  return count;
}

/** What one person does at work, besides typing. */
export interface WorkHabits {
  /** Another day: busier or calmer than the last. */
  beginDay(): void;
  /** Counts of a stretch of work; kinds that did not happen are left out. Never more than a minute's worth. */
  during(durationMs: number): ActivityCount[];
}

/** Ordinary, over-dispersed work: a person's own rates, times how busy the day is, times what the task asks for. */
export function createWorkHabits(random: SeededRandom): WorkHabits {
  const own = kinds.map((kind) => typicalPerHour[kind] * random.logNormal(1, spreads.person));
  let busy = 1;
  let perHour = own;
  let leftOfTaskMs = 0;
  return {
    beginDay() {
      busy = random.logNormal(1, spreads.day);
      leftOfTaskMs = 0;
    },
    during(durationMs) {
      const activeMs = Math.min(durationMs, longestActiveMs);
      if (leftOfTaskMs <= 0) {
        leftOfTaskMs = taskMs;
        perHour = own.map((rate) => rate * busy * random.logNormal(1, spreads.task));
      }
      leftOfTaskMs -= activeMs;
      return kinds.flatMap((kind, index) => {
        const count = poisson(random, ((perHour[index] ?? 0) * activeMs) / hourMs);
        return count > 0 ? [{ kind, count }] : [];
      });
    },
  };
}
