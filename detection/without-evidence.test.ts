import { describe, expect, it } from '@jest/globals';
import { ada, subjectOf, typedBatch } from '../test/fixtures/typing-fixture.ts';
import { activityEvidence } from './activity/activity-evidence.ts';
import { judge, noTemplates } from './judge.ts';
import { newSubjectState, type SubjectState } from './subject-state.ts';
import { withoutEvidence } from './without-evidence.ts';

/** A subject who takes thousands of records, told by batches of 10 s. */
function taking(state: SubjectState, records: number, from: number) {
  const batch = typedBatch({ subject: subjectOf('a'), sequence: from, rhythm: ada });
  const activity = [{ kind: 'records-viewed' as const, count: records }];
  return judge(noTemplates, state, { ...batch, durationMs: 10_000, activity });
}

/** Habits that are not known yet hold the evidence just below the threshold. */
const held = 0.99;

describe('evidence that an analyst has cleared', () => {
  let state = newSubjectState();
  for (let sequence = 0; sequence < 6; sequence++) state = taking(state, 5_000, sequence).state;
  const cleared = withoutEvidence(state);

  it('was there, and is gone on every clock', () => {
    expect(activityEvidence(state.activity)).toBe(held);
    expect(activityEvidence(cleared.activity)).toBe(0);
    expect(cleared.evidence.keystrokes).toEqual(newSubjectState().evidence.keystrokes);
  });

  it('does not come back with the next quiet batch', () => {
    const { judgement } = taking(cleared, 0, 6);
    expect(judgement.evidence.find(({ clock }) => clock === 'activity')?.value).toBeLessThan(held / 2);
    expect(judgement.risk).toBeLessThan(73);
  });

  it('gathers again where the same goes on', () => {
    expect(activityEvidence(taking(cleared, 5_000, 6).state.activity)).toBe(held);
  });

  it('takes nothing of what was learned with it, and adds nothing', () => {
    expect(cleared.activity.learned).toEqual(state.activity.learned);
    expect(cleared.activity.learnedHours).toEqual(state.activity.learnedHours);
    expect(cleared.context).toEqual(state.context);
    expect(cleared.enrolment).toEqual(state.enrolment);
    expect(cleared.devices).toEqual(state.devices);
    expect(cleared.activeTemplateVersion).toBe(state.activeTemplateVersion);
  });
});
