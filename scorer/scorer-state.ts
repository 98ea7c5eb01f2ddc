import {
  decodeSubjectState,
  encodeSubjectState,
  newSubjectState,
  type SubjectState,
} from '../detection/subject-state.ts';
import type { CohortState } from './cohort-state.ts';
import { decodeRulings, encodeRulings, type PendingRulings } from './pending-rulings.ts';
import { isCohortKey } from './state-key.ts';

/** What the scorer remembers under one key: a subject's state, or which cohort template a tenant uses in this partition. */
export type ScorerState =
  | { kind: 'subject'; subject: SubjectState; rulings: PendingRulings }
  | { kind: 'cohort'; cohort: CohortState };

const subjectTag = 1;
const cohortTag = 2;
/** A subject with rulings that no verdict has told yet. */
const ruledSubjectTag = 3;

/** State of a key never seen before, or from its bytes. @throws where another version wrote them */
export function decodeScorerState(bytes: Buffer | undefined, key: string): ScorerState {
  if (bytes === undefined) {
    return isCohortKey(key)
      ? { kind: 'cohort', cohort: { activations: [] } }
      : { kind: 'subject', subject: newSubjectState(), rulings: [] };
  }
  switch (bytes[0]) {
    case subjectTag:
      return { kind: 'subject', subject: decodeSubjectState(bytes.subarray(1)), rulings: [] };
    case ruledSubjectTag: {
      const { rulings, end } = decodeRulings(bytes.subarray(1));
      return { kind: 'subject', subject: decodeSubjectState(bytes.subarray(1 + end)), rulings };
    }
    case cohortTag:
      return { kind: 'cohort', cohort: JSON.parse(bytes.toString('utf8', 1)) as CohortState };
    default:
      throw new TypeError(`scorer state of unknown kind ${bytes[0]}`);
  }
}

export function encodeScorerState(state: ScorerState): Buffer {
  switch (state.kind) {
    case 'subject':
      return state.rulings.length === 0
        ? Buffer.concat([Buffer.of(subjectTag), encodeSubjectState(state.subject)])
        : Buffer.concat([Buffer.of(ruledSubjectTag), encodeRulings(state.rulings), encodeSubjectState(state.subject)]);
    case 'cohort':
      return Buffer.concat([Buffer.of(cohortTag), Buffer.from(JSON.stringify(state.cohort))]);
  }
}
