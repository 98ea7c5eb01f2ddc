import { keystrokeCatalogue } from './features/keystroke-catalogue.ts';
import { pointerCatalogue } from './features/pointer-catalogue.ts';
import { evidenceRuleOf, modelFor } from './modality-judgement.ts';
import { accumulate, evidenceInThresholds, openSession } from './sequential/session-clock.ts';
import { noEvidence, type SessionEvidence } from './sequential/session-evidence.ts';
import {
  accumulateWeeks,
  noWeeksEvidence,
  openWeeksSession,
  type WeeksEvidence,
  weeksInThresholds,
} from './sequential/weeks-clock.ts';
import type { Catalogue } from './words/catalogue.ts';
import type { ModalityModel, Template } from './words/template.ts';

/** What one modality's windows say against an account, on the session's clock and on the slow one. */
export interface ModalityEvidence {
  session: SessionEvidence;
  weeks: WeeksEvidence;
}

/** What has accumulated against the account, by the template that judged it. */
export interface AccountEvidence {
  /** Version of the judging template; evidence under another one means nothing and is dropped. Empty for none. */
  templateVersion: string;
  keystrokes: ModalityEvidence;
  pointer: ModalityEvidence;
}

const nothing: ModalityEvidence = { session: noEvidence, weeks: noWeeksEvidence };

/** No evidence under this template. */
export function newAccountEvidence(templateVersion: string): AccountEvidence {
  return { templateVersion, keystrokes: nothing, pointer: nothing };
}

/** A new session begins with at most so many thresholds of an earlier one's evidence: suspect, but never convicted unheard. */
const mostCarriedThresholds = 0.5;

function opened(before: ModalityEvidence, model: ModalityModel | undefined, catalogue: Catalogue): ModalityEvidence {
  if (model === undefined) return before;
  const { calibration } = model;
  const session = openSession(before.session, calibration, evidenceRuleOf(model, catalogue));
  const carried = Math.min(session.carried, mostCarriedThresholds * calibration.threshold);
  return { session: { ...session, carried }, weeks: openWeeksSession(before.weeks, calibration) };
}

/** Evidence where another session begins: what was gathered fades and is not forgotten. */
export function evidenceOfNewSession(before: AccountEvidence, template: Template | undefined): AccountEvidence {
  return {
    ...before,
    keystrokes: opened(before.keystrokes, modelFor(template, keystrokeCatalogue), keystrokeCatalogue),
    pointer: opened(before.pointer, modelFor(template, pointerCatalogue), pointerCatalogue),
  };
}

/** One modality's evidence after a window with this score. */
export function withScore(
  before: ModalityEvidence,
  score: number,
  model: ModalityModel,
  catalogue: Catalogue,
): ModalityEvidence {
  const rule = evidenceRuleOf(model, catalogue);
  return {
    session: accumulate(before.session, score, model.calibration, rule),
    weeks: accumulateWeeks(before.weeks, score, before.session, model.calibration, rule),
  };
}

/** Evidence in thresholds on both clocks. */
export interface EvidenceInThresholds {
  session: number;
  weeks: number;
}

/** The larger of the two modalities speaks on each clock: each spends half of the false-alarm budget. */
export function inThresholds(evidence: AccountEvidence, template: Template | undefined): EvidenceInThresholds {
  const most: EvidenceInThresholds = { session: 0, weeks: 0 };
  const modalities = [
    [evidence.keystrokes, modelFor(template, keystrokeCatalogue)],
    [evidence.pointer, modelFor(template, pointerCatalogue)],
  ] as const;
  for (const [own, model] of modalities) {
    if (model === undefined) continue;
    most.session = Math.max(most.session, evidenceInThresholds(own.session, model.calibration));
    most.weeks = Math.max(most.weeks, weeksInThresholds(own.weeks, model.calibration));
  }
  return most;
}
