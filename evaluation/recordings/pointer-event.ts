import { pointerStates, type RawPointerEvent } from '../collector/raw-input.ts';
import { numberOf } from './csv-rows.ts';

const states: ReadonlySet<string> = new Set(pointerStates);

function isState(word: string | undefined): word is RawPointerEvent['state'] {
  return word !== undefined && states.has(word);
}

/** The event of four cells, or `undefined` for a state that nobody described. */
export function pointerEventOf(
  timeMs: number,
  state: string | undefined,
  x: string | undefined,
  y: string | undefined,
): RawPointerEvent | undefined {
  return isState(state) ? { timeMs, state, x: numberOf(x), y: numberOf(y) } : undefined;
}
