import { newSubjectState, type SubjectState, withoutSession } from '../detection/subject-state.ts';
import type { ControlAction } from '../schemas/subject-control.ts';

/**
 * The subject's state after a control. Pure. What a person has objected to stays so through `erase` and `reset`: neither
 * is theirs to undo, and forgetting an objection would begin a new profile of someone who asked for none.
 */
export function controlSubject(state: SubjectState, action: ControlAction): SubjectState {
  switch (action) {
    case 'erase':
      // The devices stay: without them a replayed old batch would look new and begin a profile again.
      return { ...newSubjectState(), devices: state.devices, objected: state.objected };
    case 'object':
      return { ...withoutSession(state), activeTemplateVersion: '', templateKind: 'none', objected: true };
    case 'accommodate':
      return { ...state, accommodated: true };
    case 'reset':
      return withoutSession(state);
  }
}
