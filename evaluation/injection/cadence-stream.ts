import { timingRegularity } from '../../detection/cadence.ts';
import type { TypingSamples } from '../typing/typing-recordings.ts';
import { judgedStep } from '../typing/typing-windows.ts';

/** Keystrokes of the product's two cadence windows. */
const shortWindow = judgedStep;
const fullWindow = 2 * judgedStep;

function regularityOf({ holdSteps, pressPressSteps }: TypingSamples, from: number, to: number): number {
  return timingRegularity({
    holdSteps: holdSteps.subarray(from, to),
    pressPressSteps: pressPressSteps.subarray(from, to),
  });
}

/**
 * The product's cadence evidence after each whole batch of 25 keystrokes, 1 at the limit: that of the last 25 or of the
 * last 50, whichever is stronger.
 */
export function cadenceStream(samples: TypingSamples): Float64Array {
  const batches = Math.floor(samples.zonePair.length / judgedStep);
  return Float64Array.from({ length: batches }, (_, batch) => {
    const end = (batch + 1) * judgedStep;
    const short = regularityOf(samples, end - shortWindow, end);
    return end < fullWindow ? short : Math.max(short, regularityOf(samples, end - fullWindow, end));
  });
}
