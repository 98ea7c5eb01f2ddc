import { judge, noTemplates } from '../detection/judge.ts';
import { newSubjectState } from '../detection/subject-state.ts';
import type { BehaviourBatch } from '../detection/words/behaviour.ts';
import type { TrainingRow, TrainingSubject } from '../training/training-subject.ts';
import type { PlannedBatch, PlannedSubject } from './replay-plan.ts';

/** What of a planned subject teaches. */
export interface EnrolledSubject extends Pick<PlannedSubject, 'id' | 'device'> {
  enrolment: readonly { batches: readonly Omit<PlannedBatch, 'origin'>[] }[];
}

/**
 * The rows that a recorded subject's enrolment brings to training: the vectors that `judge` would put on its verdicts, so
 * training from recordings and from verdict history sees the same numbers.
 */
export function trainingRowsOf({ id, device, enrolment }: EnrolledSubject, tenant: string): TrainingSubject {
  const rows: { keystrokes: TrainingRow[]; pointer: TrainingRow[] } = { keystrokes: [], pointer: [] };
  let state = newSubjectState();
  for (const [session, { batches }] of enrolment.entries()) {
    for (const { content, sequence, session: name } of batches) {
      const identity = { tenant, subject: id, device, session: name, sequence };
      const batch: BehaviourBatch = { ...content, ...identity, receivedAtMs: 0, handling: 'full' };
      const judged = judge(noTemplates, state, batch);
      state = judged.state;
      if (judged.judgement.decision === 'machine') continue;
      for (const { modality, vector } of judged.judgement.modalities) {
        if (vector.length === 0 || (modality !== 'keystrokes' && modality !== 'pointer')) continue;
        rows[modality].push({ session, vector: Float32Array.from(vector) });
      }
    }
  }
  return { subject: id, rows };
}
