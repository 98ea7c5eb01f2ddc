/** What the operator promises a worker: at most one false alert in so many working days. */
export interface FalseAlarmContract {
  workingDaysPerFalseAlert: number;
  /** Windows scored for one account in a working day. */
  windowsPerWorkingDay: number;
}

/**
 * Windows that must pass, on average, for each false alert that a test may raise which spends `shareOfBudget` of the contract:
 * clocks and modalities each spend a part, and together no more than all of it.
 * @throws RangeError for a contract or share that is not positive, and for a share above 1
 */
export function windowsPerFalseAlert(contract: FalseAlarmContract, shareOfBudget: number): number {
  const windows = contract.workingDaysPerFalseAlert * contract.windowsPerWorkingDay;
  if (!(windows > 0 && Number.isFinite(windows))) throw new RangeError('the false-alarm contract must be positive');
  if (!(shareOfBudget > 0 && shareOfBudget <= 1)) throw new RangeError('a share of the budget lies in 0..1');
  return windows / shareOfBudget;
}
