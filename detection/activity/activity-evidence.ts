import type { ActivityState } from './activity-state.ts';

/** Active hours before which habits are too little known to raise an alert over. */
const hoursToKnow = 20;
/** Just below the threshold. */
const almost = 0.99;

/** Evidence of foreign activity, in thresholds: stays below 1 until the subject's own habits are known. Never negative. */
export function activityEvidence({ evidence, learnedHours }: ActivityState): number {
  return Math.max(...learnedHours) < hoursToKnow ? Math.min(evidence, almost) : evidence;
}
