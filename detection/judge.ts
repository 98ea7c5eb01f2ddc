import {
  cadenceContributions,
  cadenceVersion,
  keystrokeRegularity,
  strokeContributions,
  strokeRegularity,
} from './cadence.ts';
import { admitSequence } from './device-sequences.ts';
import { accumulate, cohortRiskLimit, highRisk, machineRiskOf, riskOf } from './evidence.ts';
import { keystrokeCatalogue } from './features/keystroke-features.ts';
import type { KeystrokeWindow } from './features/keystroke-window.ts';
import { pointerCatalogue } from './features/pointer-features.ts';
import type { StrokeWindow } from './features/stroke-window.ts';
import { judgeVector, modelFor } from './modality-judgement.ts';
import { samplesIn } from './rolling.ts';
import type { DueWindow } from './session-windows.ts';
import { advanceWindows, lastKeystrokes, withKeystrokes } from './session-windows.ts';
import type { SubjectState } from './subject-state.ts';
import { withoutSession } from './subject-state.ts';
import type { BehaviourBatch } from './words/behaviour.ts';
import type { Catalogue } from './words/catalogue.ts';
import type { Template } from './words/template.ts';
import type { Decision, Judgement, ModalityJudgement, TemplateKind, UndecidedReason } from './words/verdict.ts';

/** The templates that are there for a subject. The own one is asked first; the cohort's stands in until it exists. */
export interface Templates {
  own: Template | undefined;
  cohort: Template | undefined;
}

/** From this share of the threshold on, evidence is worth a second look. */
const suspiciousFrom = 0.5;
/** Cadence is read from a full window, and from so few keystrokes. */
const shortCadenceKeystrokes = 25;

interface Outcome {
  decision: Decision;
  reason: UndecidedReason;
  risk: number;
}

function undecided(reason: UndecidedReason, risk: number): Outcome {
  return { decision: 'undecided', reason, risk };
}

/** Evidence in thresholds of the modality's model; the larger of the two speaks, each having half of the false-alarm budget. */
function evidenceInThresholds(state: SubjectState, template: Template | undefined): number {
  const keystrokes = modelFor(template, keystrokeCatalogue);
  const pointer = modelFor(template, pointerCatalogue);
  return Math.max(
    keystrokes === undefined ? 0 : state.evidence.keystrokes / keystrokes.calibration.threshold,
    pointer === undefined ? 0 : state.evidence.pointer / pointer.calibration.threshold,
  );
}

/** How much the last keystrokes and strokes look made by a program. */
interface MachineEvidence {
  /** In limits. */
  value: number;
  /** The keystrokes that look it most; `undefined` where the strokes look it more. */
  window: KeystrokeWindow | undefined;
}

function machineEvidence(
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
function cadenceJudgement({ value, window }: MachineEvidence, strokes: readonly StrokeWindow[]): ModalityJudgement[] {
  if (value < 1) return [];
  const contributions = window === undefined ? strokeContributions(strokes) : cadenceContributions(window);
  const windowSamples = window?.length ?? samplesIn(strokes, (batch) => batch.kinds.length);
  const judged = { catalogueVersion: cadenceVersion, windowSamples, score: null, percentile: null };
  return [{ modality: 'cadence', ...judged, vector: [], contributions }];
}

function decide(templates: Templates, state: SubjectState, machine: number, session: number, scored: boolean): Outcome {
  if (machine >= 1) return { decision: 'machine', reason: 'none', risk: machineRiskOf(machine) };
  if (state.objected) return undecided('insufficient-evidence', 0);
  if (templates.own === undefined) {
    if (state.templateKind === 'own') return undecided('template-unavailable', 0);
    const risk = Math.min(riskOf(session), cohortRiskLimit);
    return session >= 1 ? { decision: 'suspicious', reason: 'none', risk } : undecided('enrolling', risk);
  }
  const risk = state.accommodated ? Math.min(riskOf(session), highRisk - 1) : riskOf(session);
  if (session >= 1 && !state.accommodated) return { decision: 'impostor', reason: 'none', risk };
  if (session >= suspiciousFrom) return { decision: 'suspicious', reason: 'none', risk };
  return scored ? { decision: 'genuine', reason: 'none', risk } : undecided('insufficient-evidence', risk);
}

/** One modality's judgement of its due window, and the evidence after it. */
function judgeWindow(
  catalogue: Catalogue,
  due: DueWindow | undefined,
  template: Template | undefined,
  evidence: number,
) {
  if (due === undefined) return { judgement: undefined, evidence };
  const model = modelFor(template, catalogue);
  const judgement = judgeVector(catalogue, due.vector, due.samples, model);
  if (model === undefined || judgement.score === null) return { judgement, evidence };
  return { judgement, evidence: accumulate(evidence, judgement.score, model.calibration) };
}

function countToward(state: SubjectState, keystrokeWindows: number, pointerWindows: number): SubjectState {
  if (keystrokeWindows + pointerWindows === 0) return state;
  const { enrolment } = state;
  return {
    ...state,
    sessionCounted: true,
    enrolment: {
      keystrokeWindows: enrolment.keystrokeWindows + keystrokeWindows,
      pointerWindows: enrolment.pointerWindows + pointerWindows,
      sessions: enrolment.sessions + (state.sessionCounted ? 0 : 1),
    },
  };
}

/**
 * Is it still them? Judges one batch of one subject, given what is remembered of the subject.
 *
 * A function of its arguments alone, to the last bit, and it changes none of them: the returned state is a new one (the same
 * one for a duplicate). Judging without any template yields the same vectors as judging with one, so a verdict's vectors are
 * the rows that training reads.
 */
export function judge(
  templates: Templates,
  before: SubjectState,
  batch: BehaviourBatch,
): { judgement: Judgement; state: SubjectState } {
  const template = templates.own ?? (before.templateKind === 'own' || before.objected ? undefined : templates.cohort);
  const judging = before.objected ? undefined : template;
  const templateKind: TemplateKind = judging?.kind ?? 'none';
  const templateVersion = judging?.version ?? '';

  const devices = admitSequence(before.devices, batch.device, batch.sequence);
  const stated = (
    state: SubjectState,
    outcome: Outcome,
    machine: number,
    modalities: ModalityJudgement[],
  ): Judgement => ({
    ...outcome,
    evidence: [
      { clock: 'instant', value: machine, threshold: 1 },
      { clock: 'session', value: evidenceInThresholds(state, judging), threshold: 1 },
    ],
    modalities,
    templateKind,
    templateVersion,
  });
  if (devices === undefined) return { judgement: stated(before, undecided('duplicate', 0), 0, []), state: before };

  let state: SubjectState = { ...before, devices };
  if (batch.session !== before.session) state = { ...withoutSession(state), session: batch.session };
  // A template that is away for a moment does not cost the evidence that it has gathered.
  const lost = templates.own === undefined && state.templateKind === 'own';
  if (!lost && state.evidence.templateVersion !== templateVersion) {
    state = { ...state, evidence: { templateVersion, keystrokes: 0, pointer: 0 } };
  }
  if (state.objected) {
    state = { ...withKeystrokes(state, batch), strokeBatches: [], newStrokes: 0 };
    const machine = machineEvidence(state, batch, lastKeystrokes(state, keystrokeCatalogue.windowSamples));
    const outcome = decide(templates, state, machine.value, 0, false);
    return { judgement: stated(state, outcome, machine.value, cadenceJudgement(machine, state.strokeBatches)), state };
  }

  const windows = advanceWindows(state, batch);
  state = windows.state;
  const machine = machineEvidence(state, batch, windows.lastKeystrokes);
  const keystrokes = judgeWindow(keystrokeCatalogue, windows.keystrokes, judging, state.evidence.keystrokes);
  const pointer = judgeWindow(pointerCatalogue, windows.pointer, judging, state.evidence.pointer);
  // What a program typed says nothing about whose hands the account is in: it is an incident of its own.
  if (machine.value < 1) {
    state = { ...state, evidence: { ...state.evidence, keystrokes: keystrokes.evidence, pointer: pointer.evidence } };
  }
  const modalities: ModalityJudgement[] = [];
  if (keystrokes.judgement !== undefined) modalities.push(keystrokes.judgement);
  if (pointer.judgement !== undefined) modalities.push(pointer.judgement);
  const scored = modalities.some((modality) => modality.score !== null);
  const outcome = decide(templates, state, machine.value, evidenceInThresholds(state, judging), scored);
  modalities.push(...cadenceJudgement(machine, state.strokeBatches));
  if (outcome.decision === 'genuine' || outcome.decision === 'undecided') {
    state = countToward(state, windows.keystrokes === undefined ? 0 : 1, windows.pointer === undefined ? 0 : 1);
  }
  return { judgement: stated(state, outcome, machine.value, modalities), state };
}
