/** Where high risk begins: evidence at its threshold. */
export const highRisk = 73;
/** Most risk that a verdict without an own template carries, machine cadence aside. */
export const cohortRiskLimit = 60;
/** Risk of a new device, host or input route before any behaviour was seen there: worth asking, no alert. */
export const contextRisk = 47;
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
