import { steadyNowMs } from '../../clock.ts';

/** Whether somebody set the computer's clock back. */
export interface SetBackWatch {
  /** What was set until now is of no interest any more. */
  forget(): void;
  /** By how much it was set back since then, ms; 0 or less where it was not. */
  setBackMs(): number;
}

/** Compares the date with a clock that nobody sets. */
export function createSetBackWatch(date: () => number = Date.now, steady: () => number = steadyNowMs): SetBackWatch {
  const aheadMs = () => date() - steady();
  let reference = aheadMs();
  return {
    forget() {
      reference = aheadMs();
    },
    setBackMs: () => reference - aheadMs(),
  };
}
