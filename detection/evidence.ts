import type { Calibration } from './words/template.ts';

/** Evidence is held at so many thresholds, so that an account cleared by its own behaviour comes down again. */
const ceilingInThresholds = 2;

/** One window brings at most so many thresholds: no single odd window is an alarm. */
const mostPerWindow = 0.5;

/** One step of the sequential test (CUSUM): evidence after a window with this score. Never negative; grows with the score. */
export function accumulate(evidence: number, score: number, calibration: Calibration): number {
  const { location, scale, allowance, threshold } = calibration;
  const brought = Math.min((score - location) / scale - allowance, mostPerWindow * threshold);
  return Math.min(Math.max(evidence + brought, 0), ceilingInThresholds * threshold);
}

/** Where high risk begins: evidence at its threshold. */
export const highRisk = 73;
/** Most risk that a verdict without an own template carries, machine cadence aside. */
export const cohortRiskLimit = 60;
/** Least risk of machine cadence. */
const machineRisk = 90;

/** Risk 0..100, whole, of evidence given in thresholds: 73 exactly at 1, never falling as evidence grows. */
export function riskOf(evidenceInThresholds: number): number {
  if (evidenceInThresholds < 1) return Math.floor(highRisk * Math.max(evidenceInThresholds, 0));
  return Math.floor(highRisk + (100 - highRisk) * (1 - 1 / evidenceInThresholds ** 2));
}

/** Risk 90..100 of machine cadence given in thresholds, at least 1. */
export function machineRiskOf(evidenceInThresholds: number): number {
  return Math.floor(machineRisk + (100 - machineRisk) * (1 - 1 / Math.max(evidenceInThresholds, 1)));
}
