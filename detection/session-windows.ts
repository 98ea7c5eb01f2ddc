import { keystrokeCatalogue, keystrokeVector } from './features/keystroke-catalogue.ts';
import type { KeystrokeWindow } from './features/keystroke-window.ts';
import { joinKeystrokes, packKeystrokes } from './features/keystroke-window.ts';
import { pointerCatalogue, pointerVector } from './features/pointer-catalogue.ts';
import type { StrokeWindow } from './features/stroke-window.ts';
import { joinStrokes, packStrokes } from './features/stroke-window.ts';
import { mostRecent, samplesIn } from './rolling.ts';
import type { SubjectState } from './subject-state.ts';
import type { BehaviourBatch } from './words/behaviour.ts';

const keystrokesIn = (batch: KeystrokeWindow) => batch.length;
const strokesIn = (batch: StrokeWindow) => batch.strokes;

/** A window that is due: its vector, and how many samples it holds. */
export interface DueWindow {
  vector: Float32Array;
  samples: number;
}

/** The windows after a batch, and which of them are due to be scored. */
export interface SessionWindows {
  state: SubjectState;
  /** The full window that this batch's keystrokes end; `undefined` while it is not full, and where handling reads none. */
  lastKeystrokes: KeystrokeWindow | undefined;
  keystrokes: DueWindow | undefined;
  pointer: DueWindow | undefined;
}

/** The state with the batch's keystrokes at the end of its window. */
export function withKeystrokes(state: SubjectState, batch: BehaviourBatch): SubjectState {
  if (batch.keystrokes.length === 0) return state;
  const packed = packKeystrokes(batch.keystrokes);
  return {
    ...state,
    keystrokeBatches: mostRecent([...state.keystrokeBatches, packed], keystrokesIn, keystrokeCatalogue.windowSamples),
    newKeystrokes: state.newKeystrokes + packed.length,
  };
}

/** Batches of strokes are summed up to so many: what is remembered stays bounded, however little each batch brings. */
const summedStrokes = 10;

function withStrokes(state: SubjectState, batch: BehaviourBatch): SubjectState {
  if (batch.pointer.length === 0) return state;
  const packed = packStrokes(batch.pointer);
  if (packed.strokes === 0) return state;
  const { strokeBatches } = state;
  const last = strokeBatches.at(-1);
  const batches =
    last !== undefined && last.strokes + packed.strokes <= summedStrokes
      ? [...strokeBatches.slice(0, -1), joinStrokes([last, packed])]
      : [...strokeBatches, packed];
  return {
    ...state,
    strokeBatches: mostRecent(batches, strokesIn, pointerCatalogue.windowSamples),
    newStrokes: state.newStrokes + packed.strokes,
  };
}

/** The last keystrokes of the session, at least this many; `undefined` where there are fewer. */
export function lastKeystrokes(state: SubjectState, atLeast: number): KeystrokeWindow | undefined {
  const batches = mostRecent(state.keystrokeBatches, keystrokesIn, atLeast);
  return samplesIn(batches, keystrokesIn) >= atLeast ? joinKeystrokes(batches) : undefined;
}

/**
 * Under degraded handling a window is due after so many steps instead of one, and nothing is read from those between: whoever sits
 * there is still judged, at a quarter of the cost. What is scored is a full window, scored as ever, and there are fewer of them, so
 * evidence keeps its scale and false alarms their bound; the price is time to detect.
 */
export const degradedSteps = 4;

/**
 * Adds a batch to the session's windows. A window is due when it is full and a step's worth of samples is new in it, so that
 * small batches do not count the same keystrokes over and over.
 */
export function advanceWindows(before: SubjectState, batch: BehaviourBatch): SessionWindows {
  let state = withStrokes(withKeystrokes(before, batch), batch);
  let keystrokes: DueWindow | undefined;
  let pointer: DueWindow | undefined;
  const steps = batch.handling === 'full' ? 1 : degradedSteps;
  const isStep = state.newKeystrokes >= steps * keystrokeCatalogue.stepSamples;
  const isRead = batch.keystrokes.length > 0 && (isStep || batch.handling === 'full');
  const window = isRead ? lastKeystrokes(state, keystrokeCatalogue.windowSamples) : undefined;
  if (window !== undefined && isStep) {
    keystrokes = { vector: keystrokeVector(window), samples: window.length };
    state = { ...state, newKeystrokes: 0 };
  }
  if (state.newStrokes > before.newStrokes && state.newStrokes >= steps * pointerCatalogue.stepSamples) {
    const samples = samplesIn(state.strokeBatches, strokesIn);
    if (samples >= pointerCatalogue.windowSamples) {
      pointer = { vector: pointerVector(joinStrokes(state.strokeBatches)), samples };
      state = { ...state, newStrokes: 0 };
    }
  }
  return { state, lastKeystrokes: window, keystrokes, pointer };
}
