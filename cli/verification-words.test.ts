import { describe, expect, it } from '@jest/globals';
import type { VerifyReport } from '../verifier/verify-report.ts';
import { verifiedInWords, verifyExitCodeOf } from './verification-words.ts';

const none = { expected: 0, missing: 0, duplicatedIds: 0, differingBytes: 0, unexpected: 0 };
const whole: VerifyReport = {
  ...{ ok: true, complete: true, records: 123, batches: 120, acked: null, verdicts: 120, lost: 0, pending: 0 },
  ...{ duplicatedIds: 0, duplicateRecords: 0, duplicatePercent: 0, differingBytes: 0, reordered: 0, misplaced: 0 },
  ...{
    unexpected: 0,
    staleTemplates: 0,
    states: 7,
    alertingStates: 2,
    publishingStates: 1,
    stateDifferences: 0,
    appliedDifferences: 0,
  },
  ...{
    stateHash: 'ab',
    unverifiable: 0,
    beforeSnapshot: 0,
    unverifiableIncidents: 0,
    unverifiableAlerts: 0,
    templatesUnused: 0,
  },
  ...{
    templatesMissing: 0,
    beforeLog: 0,
    deadLetters: none,
    incidents: none,
    alerts: none,
    findings: [],
    findingsLeftOut: 0,
    seconds: 1,
  },
};

describe('what a verification comes to', () => {
  it('is 0 where everything was recomputed and nothing differs', () => {
    expect(verifyExitCodeOf(whole)).toBe(0);
    expect(verifiedInWords(whole)).toMatch(/everything was recomputed, and nothing differs\n$/);
  });

  it.each([
    'unverifiable',
    'unverifiableIncidents',
    'unverifiableAlerts',
    'templatesUnused',
    'templatesMissing',
  ] as const)('is 2, and never that nothing differs, where there is %s', (what) => {
    const part = { ...whole, complete: false, [what]: 123 };
    expect(verifyExitCodeOf(part)).toBe(2);
    const words = verifiedInWords(part);
    expect(words).toContain('123');
    expect(words).toMatch(/not everything was verified: .*\n$/);
    expect(words).not.toContain('nothing differs');
  });

  it('is 1 where something differs, whatever else could not be verified', () => {
    const wrong = { ...whole, ok: false, complete: false, unverifiable: 1 };
    expect(verifyExitCodeOf(wrong)).toBe(1);
    expect(verifiedInWords(wrong)).toContain('the system did not do what it promises');
  });
});
