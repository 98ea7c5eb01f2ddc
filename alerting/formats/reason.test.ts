import { describe, expect, it } from '@jest/globals';
import type { IncidentContribution } from '../../schemas/incident.ts';
import { revisionOf } from '../../test/fixtures/incident-fixture.ts';
import { reasonInWords } from './reason.ts';

function contribution(feature: string, given: Partial<IncidentContribution> = {}): IncidentContribution {
  return {
    modality: 'keystrokes',
    feature,
    observed: 212.4,
    typical: 118,
    unit: 'ms',
    direction: 'high',
    share: 0.3,
    ...given,
  };
}

describe('the reason of an incident', () => {
  it('names what stands out with its unit, then how far the evidence has gone', () => {
    const incident = revisionOf({
      contributions: [
        contribution('press-press-sd', { observed: 0.21, typical: 0.45, unit: 'log spread', direction: 'low' }),
        contribution('hold-mean'),
        contribution('rollover-share', { observed: 0, typical: 0.25, unit: '', direction: 'low' }),
        contribution('pause-share'),
      ],
    });
    expect(reasonInWords(incident)).toBe(
      'press press sd 0.21 log spread, below the typical 0.45 log spread; hold mean 212.4 ms, above the typical 118 ms; ' +
        "rollover share 0, below the typical 0.25; evidence of another person 1.31 times the account's threshold",
    );
  });

  it('of injected input is its regularity, whether or not the cadence explains itself', () => {
    const evidence = [{ clock: 'instant' as const, value: 2.5, threshold: 1 }];
    expect(reasonInWords(revisionOf({ pattern: 'input-injection', evidence, contributions: [] }))).toBe(
      'regularity of the input 2.5 times the limit that people stay under',
    );
  });

  it('of an end begins with why it ended', () => {
    const closed = (closedBecause: 'calm' | 'silence' | 'false-positive' | 'benign-known' | 'displaced') =>
      reasonInWords(revisionOf({ state: 'closed', closedBecause })).split(';')[0];
    expect(closed('calm')).toBe('closed, as behaviour is calm again');
    expect(closed('silence')).toBe('closed, as nothing high came for hours');
    expect(closed('false-positive')).toBe('closed by an analyst as a false positive');
    expect(closed('benign-known')).toBe('closed by an analyst as known and allowed');
    expect(closed('displaced')).toBe('closed, as newer incidents of the account took its place');
  });

  it('is never empty and never longer than what is indexed', () => {
    expect(reasonInWords(revisionOf({ contributions: [], evidence: [] }))).toBe('no feature stands out');
    const long = 'x'.repeat(128);
    const contributions = Array.from({ length: 8 }, () => contribution(long, { unit: long, observed: 1e300 }));
    const reason = reasonInWords(revisionOf({ contributions }));
    expect([...reason].length).toBeLessThanOrEqual(1024);
  });

  it('says nothing of evidence without a threshold to compare it with', () => {
    for (const threshold of [0, -1, Number.MIN_VALUE]) {
      const evidence = [{ clock: 'session' as const, value: 1e300, threshold }];
      expect(reasonInWords(revisionOf({ evidence, contributions: [] }))).toBe('no feature stands out');
    }
  });
});
