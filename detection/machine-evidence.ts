import { cadenceContributions, cadenceVersion, keystrokeRegularity } from './cadence.ts';
import { strokeContributions, strokeRegularity } from './cadence-strokes.ts';
import type { KeystrokeWindow } from './features/keystroke-window.ts';
import type { StrokeWindow } from './features/stroke-window.ts';
import { samplesIn } from './rolling.ts';
import { lastKeystrokes } from './session-windows.ts';
import type { SubjectState } from './subject-state.ts';
import type { BehaviourBatch } from './words/behaviour.ts';
import type { ModalityJudgement } from './words/verdict.ts';

/** Cadence is read from a full window, and from so few keystrokes. */
const shortCadenceKeystrokes = 25;

/** How much the last keystrokes and strokes look made by a program. */
export interface MachineEvidence {
  /** In limits: at 1 and above no hand did it. */
  value: number;
  /** The keystrokes that look it most; `undefined` where the strokes look it more. */
  window: KeystrokeWindow | undefined;
}

/** What is said where nobody looked: under degraded handling, between the windows that are due. */
export const notLookedFor: MachineEvidence = { value: 0, window: undefined };

/** Needs no template: what came last, in the short and in the full window of keystrokes, and in the strokes. */
export function machineEvidence(
  state: SubjectState,
  batch: BehaviourBatch,
  lastWindow: KeystrokeWindow | undefined,
): MachineEvidence {
  const typed = batch.keystrokes.length > 0;
  const pointing = batch.pointer.length > 0 ? strokeRegularity(state.strokeBatches) : 0;
  let strongest: MachineEvidence = { value: pointing, window: undefined };
  for (const window of typed ? [lastKeystrokes(state, shortCadenceKeystrokes), lastWindow] : []) {
    const value = window === undefined ? 0 : keystrokeRegularity(window);
    if (value > strongest.value) strongest = { value, window };
  }
  return strongest;
}

/** Why a machine was seen, in words: those of the keystrokes or of the strokes, whichever look it most. */
export function cadenceJudgement(
  { value, window }: MachineEvidence,
  strokes: readonly StrokeWindow[],
): ModalityJudgement[] {
  if (value < 1) return [];
  const contributions = window === undefined ? strokeContributions(strokes) : cadenceContributions(window);
  const windowSamples = window?.length ?? samplesIn(strokes, (batch) => batch.strokes);
  const judged = { catalogueVersion: cadenceVersion, windowSamples, score: null, percentile: null };
  return [{ modality: 'cadence', ...judged, vector: [], contributions }];
}
