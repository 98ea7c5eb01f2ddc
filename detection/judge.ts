import {
  evidenceOfNewSession,
  inThresholds,
  type ModalityEvidence,
  newAccountEvidence,
  withScore,
} from './account-evidence.ts';
import { activityEvidence } from './activity/activity-evidence.ts';
import { plainActivityModel } from './activity/activity-model.ts';
import { stepActivity } from './activity/activity-surprise.ts';
import { contributionLimit } from './attribution.ts';
import { contextVersion, stepContext } from './context/context-surprise.ts';
import { decide, type Findings, type Outcome, suspiciousFrom } from './decide.ts';
import { admitSequence } from './device-sequences.ts';
import { keystrokeCatalogue } from './features/keystroke-catalogue.ts';
import { pointerCatalogue } from './features/pointer-catalogue.ts';
import { cadenceJudgement, machineEvidence, notLookedFor } from './machine-evidence.ts';
import { backgroundFor, judgeVector, modelFor } from './modality-judgement.ts';
import type { DueWindow } from './session-windows.ts';
import { advanceWindows, lastKeystrokes, withKeystrokes } from './session-windows.ts';
import type { SubjectState } from './subject-state.ts';
import { withoutWindows } from './subject-state.ts';
import type { BehaviourBatch } from './words/behaviour.ts';
import type { Catalogue } from './words/catalogue.ts';
import type { Template } from './words/template.ts';
import type { Contribution, Judgement, ModalityJudgement, TemplateKind } from './words/verdict.ts';

/** The templates that are there for a subject. The own one is asked first; the cohort's stands in until it exists. */
export interface Templates {
  own: Template | undefined;
  cohort: Template | undefined;
  /** The cohort template that the own one names as its background; `undefined` where it names none, or it is away. */
  background: Template | undefined;
}

/** Nobody's: judging with them yields the vectors, and nothing is compared. */
export const noTemplates: Templates = { own: undefined, cohort: undefined, background: undefined };

/** A template without the background that it was enrolled in cannot judge: half of its score would be made up. */
function withWholeOwn(templates: Templates): Templates {
  const { own, background } = templates;
  const whole = own === undefined || own.background === '' || own.background === background?.version;
  return whole ? templates : { ...templates, own: undefined };
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

/** One modality's judgement of its due window, and the evidence after it. */
function judgeWindow(
  catalogue: Catalogue,
  due: DueWindow | undefined,
  template: Template | undefined,
  background: Template | undefined,
  evidence: ModalityEvidence,
) {
  if (due === undefined) return { judgement: undefined, evidence };
  const model = modelFor(template, catalogue);
  const judgement = judgeVector(catalogue, due.vector, due.samples, model, backgroundFor(background, catalogue));
  if (model === undefined || judgement.score === null) return { judgement, evidence };
  return { judgement, evidence: withScore(evidence, judgement.score, model, catalogue) };
}

/** A modality that is explained and not scored. */
function explained(
  modality: 'activity' | 'context',
  version: number,
  contributions: Contribution[],
): ModalityJudgement {
  return {
    modality,
    catalogueVersion: version,
    windowSamples: 0,
    score: null,
    percentile: null,
    vector: [],
    contributions,
  };
}

/** Nothing was looked at, so nothing is said: not even how the evidence stands. */
const shedJudgement: Judgement = {
  decision: 'undecided',
  reason: 'shed',
  risk: 0,
  evidence: [],
  modalities: [],
  templateKind: 'none',
  templateVersion: '',
  templateTrainedAtMs: 0,
  templateSamples: 0,
};

/**
 * Is it still them? Judges one batch of one subject, given what is remembered of the subject.
 *
 * A function of its arguments alone, to the last bit, and it changes none of them: the returned state is a new one (the same
 * one for a duplicate). Judging without any template yields the same vectors as judging with one, so a verdict's vectors are
 * the rows that training reads.
 *
 * A batch stamped `degraded` is judged by fewer windows (`degradedSteps`), for programs too; one stamped `shed` by nothing: its sequence is
 * remembered, and everything else stays as it was, so that what follows goes on from there as after a pause.
 */
export function judge(
  given: Templates,
  before: SubjectState,
  batch: BehaviourBatch,
): { judgement: Judgement; state: SubjectState } {
  const templates = withWholeOwn(given);
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
  ): Judgement => {
    const { session, weeks } = inThresholds(state.evidence, judging);
    return {
      ...outcome,
      evidence: [
        { clock: 'instant', value: machine, threshold: 1 },
        { clock: 'session', value: session, threshold: 1 },
        { clock: 'activity', value: activityEvidence(state.activity), threshold: 1 },
        { clock: 'weeks', value: weeks, threshold: 1 },
      ],
      modalities,
      templateKind,
      templateVersion,
      templateTrainedAtMs: judging?.trainedAtMs ?? 0,
      templateSamples: judging?.sampleCount ?? 0,
    };
  };
  if (devices === undefined) {
    const outcome: Outcome = { decision: 'undecided', reason: 'duplicate', risk: 0 };
    return { judgement: stated(before, outcome, 0, []), state: before };
  }

  const sessionBegins = batch.session !== before.session;
  let state: SubjectState = { ...before, devices };
  if (batch.handling === 'shed') return { judgement: shedJudgement, state };
  if (sessionBegins) {
    const evidence = evidenceOfNewSession(state.evidence, judging);
    state = { ...withoutWindows(state), session: batch.session, evidence };
  }
  // A template that is away for a moment does not cost the evidence that it has gathered.
  const lost = templates.own === undefined && state.templateKind === 'own';
  if (!lost && state.evidence.templateVersion !== templateVersion) {
    state = { ...state, evidence: newAccountEvidence(templateVersion) };
  }
  const nothingFound: Findings = {
    template: templates.own !== undefined ? 'own' : state.templateKind === 'own' ? 'away' : 'none',
    objected: state.objected,
    accommodated: state.accommodated,
    ...{ machine: 0, session: 0, weeks: 0, activity: 0 },
    ...{ changedContext: false, scored: false, scoredInSession: false },
  };
  if (state.objected) {
    state = { ...withKeystrokes(state, batch), strokeBatches: [], newStrokes: 0 };
    const machine = machineEvidence(state, batch, lastKeystrokes(state, keystrokeCatalogue.windowSamples));
    const outcome = decide({ ...nothingFound, machine: machine.value });
    return { judgement: stated(state, outcome, machine.value, cadenceJudgement(machine, state.strokeBatches)), state };
  }

  const windows = advanceWindows(state, batch);
  state = windows.state;
  const isRead = batch.handling === 'full' || windows.keystrokes !== undefined || windows.pointer !== undefined;
  const machine = isRead ? machineEvidence(state, batch, windows.lastKeystrokes) : notLookedFor;
  const { evidence } = state;
  const keystrokes = judgeWindow(
    keystrokeCatalogue,
    windows.keystrokes,
    judging,
    templates.background,
    evidence.keystrokes,
  );
  const pointer = judgeWindow(pointerCatalogue, windows.pointer, judging, templates.background, evidence.pointer);
  const modalities: ModalityJudgement[] = [];
  if (keystrokes.judgement !== undefined) modalities.push(keystrokes.judgement);
  if (pointer.judgement !== undefined) modalities.push(pointer.judgement);
  const scored = modalities.some((modality) => modality.score !== null);
  // What a program typed says nothing about whose hands the account is in: it is an incident of its own.
  const counts = machine.value < 1;
  const gathered = counts ? { ...evidence, keystrokes: keystrokes.evidence, pointer: pointer.evidence } : evidence;
  const scoredInSession = state.scoredInSession || (counts && scored);
  const activity = stepActivity(plainActivityModel, state.activity, batch.activity, batch.durationMs);
  const { session, weeks } = inThresholds(gathered, judging);
  // Who may have taken over must not make themselves at home.
  const learns = session < suspiciousFrom && weeks < suspiciousFrom;
  const occasion = { atMs: batch.receivedAtMs, sessionBegins, learns };
  const context = stepContext(state.context, batch.context, batch.device, occasion);
  // Once for all of them: a copy of a state costs more than its few words look (measured).
  state = { ...state, evidence: gathered, scoredInSession, activity: activity.state, context: context.state };
  const outcome = decide({
    ...nothingFound,
    ...{ machine: machine.value, session, weeks, activity: activityEvidence(activity.state) },
    ...{ changedContext: context.changedContext, scored, scoredInSession },
  });
  modalities.push(...cadenceJudgement(machine, state.strokeBatches));
  if (activityEvidence(activity.state) >= 1) {
    modalities.push(
      explained('activity', plainActivityModel.version, activity.contributions.slice(0, contributionLimit)),
    );
  }
  if (context.contributions.length > 0) {
    modalities.push(explained('context', contextVersion, context.contributions.slice(0, contributionLimit)));
  }
  if (outcome.decision === 'genuine' || outcome.decision === 'undecided') {
    state = countToward(state, windows.keystrokes === undefined ? 0 : 1, windows.pointer === undefined ? 0 : 1);
  }
  return { judgement: stated(state, outcome, machine.value, modalities), state };
}
