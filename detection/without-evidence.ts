import { newAccountEvidence } from './account-evidence.ts';
import { withoutEvidenceOfActivity } from './activity/activity-state.ts';
import { type SubjectState, withoutWindows } from './subject-state.ts';

/**
 * The state once an analyst said that what was suspected is not so: whatever had gathered against the account, and the
 * windows that it would gather from again, are gone. What was learned of its habits stays as it was: nothing is learned from
 * what was suspected.
 */
export function withoutEvidence(state: SubjectState): SubjectState {
  return {
    ...withoutWindows(state),
    evidence: newAccountEvidence(state.evidence.templateVersion),
    activity: withoutEvidenceOfActivity(state.activity),
  };
}
