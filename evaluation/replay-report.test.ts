import { describe, expect, it } from '@jest/globals';
import type { KeystrokeSample } from '../detection/words/behaviour.ts';
import type { Decision } from '../detection/words/verdict.ts';
import { collectorIdentity } from './collector/batch-content.ts';
import type { Origin, PlannedSession, PlannedSubject, ReplayPlan } from './replay-plan.ts';
import { type ReplayAlert, type ReplayVerdict, reportReplay } from './replay-report.ts';

const sample: KeystrokeSample = { zonePair: 0, holdMs: 90, pressPressMs: 150, releasePressMs: 60 };
const stroke = {
  kind: 'move',
  device: 'mouse',
  dtMs: [8],
  dx: [1],
  dy: [0],
  pauseMs: null,
  pressMs: null,
  stopMs: null,
} as const;

/** A session of batches with 25 keys each, or 10 strokes each. */
function session(id: string, firstSequence: number, origins: Origin[], strokes = 0): PlannedSession {
  return {
    id,
    batches: origins.map((origin, index) => ({
      sequence: firstSequence + index,
      session: id,
      origin,
      content: {
        deviceClockMs: 0,
        durationMs: 0,
        ...collectorIdentity('local', 1),
        keystrokes: strokes > 0 ? [] : new Array<KeystrokeSample>(25).fill(sample),
        pointer: Array.from({ length: strokes }, () => ({ ...stroke, dtMs: [8], dx: [1], dy: [0] })),
        activity: [],
      },
    })),
  };
}

function verdict(subject: string, sequence: number, decision: Decision = 'genuine', risk = 10): ReplayVerdict {
  return { subject, sequence, decision, risk, evidence: [], modalities: [] };
}

/** Two users of 2 enrolment and 4 later batches; at the second one, the last two batches are another person's. */
const users: PlannedSubject[] = [
  {
    id: 'a',
    device: 'da',
    enrolment: [session('a0', 0, ['owner', 'owner'])],
    later: [session('a1', 2, ['owner', 'owner', 'owner', 'owner'])],
  },
  {
    id: 'b',
    device: 'db',
    enrolment: [session('b0', 0, ['owner', 'owner'])],
    later: [session('b1', 2, ['owner', 'owner', 'impostor', 'impostor'])],
  },
];
const plan: ReplayPlan = {
  recordings: 'synthetic',
  modality: 'keystrokes',
  labelled: false,
  seed: 1,
  subjects: users,
  swaps: [{ subject: 'b', origin: 'impostor', fromSequence: 4, toSequence: 5 }],
};
const everyVerdict = ['a', 'b'].flatMap((subject) => [0, 1, 2, 3, 4, 5].map((sequence) => verdict(subject, sequence)));
const report = (alerts: ReplayAlert[], verdicts = everyVerdict) =>
  reportReplay(plan, { verdicts, alerts, deadLetters: 0 });

describe('replay report', () => {
  it('counts a take-over as detected by an alert inside it, with the foreign keys up to that batch', () => {
    expect(report([{ subject: 'b', sequence: 5 }])).toMatchObject({
      users: 2,
      batches: 12,
      verdicts: 12,
      batchesWithoutVerdict: 0,
      impostors: 1,
      impostorsDetected: 1,
      detectedShare: 1,
      medianKeysToDetect: 50,
      medianStrokesToDetect: null,
      falseAlerts: 0,
      falseAlertsPer10kKeys: 0,
      auc: null,
    });
    expect(
      report([
        { subject: 'b', sequence: 5 },
        { subject: 'b', sequence: 4 },
      ]).medianKeysToDetect,
    ).toBe(25);
  });

  it('counts an alert before the take-over as false, and the take-over as missed', () => {
    const told = report([{ subject: 'b', sequence: 3 }]);
    expect(told).toMatchObject({ impostorsDetected: 0, detectedShare: 0, medianKeysToDetect: null, falseAlerts: 1 });
    // Six own later batches of 25 keys.
    expect(told.falseAlertsPer10kKeys).toBeCloseTo(10_000 / 150, 9);
  });

  it('counts alerts during enrolment apart, and never as false per key', () => {
    expect(report([{ subject: 'a', sequence: 1 }])).toMatchObject({ alerts: 1, enrolmentAlerts: 1, falseAlerts: 0 });
  });

  it('is not moved by a verdict without an alert', () => {
    const flagged = everyVerdict.map((each) => ({ ...each, decision: 'impostor' as const, risk: 99 }));
    expect(report([], flagged)).toMatchObject({ impostorsDetected: 0, falseAlerts: 0 });
  });

  it('shows batches without a verdict, a verdict that came twice, and dead letters', () => {
    const verdicts = [...everyVerdict.slice(2), ...everyVerdict.slice(-1)];
    expect(reportReplay(plan, { verdicts, alerts: [], deadLetters: 2 })).toMatchObject({
      batches: 12,
      verdicts: 11,
      batchesWithoutVerdict: 2,
      deadLetters: 2,
    });
  });

  it('reports injectors apart from people', () => {
    const injected: ReplayPlan = {
      ...plan,
      swaps: [{ subject: 'b', origin: 'injector', fromSequence: 4, toSequence: 5 }],
    };
    const told = reportReplay(injected, {
      verdicts: everyVerdict,
      alerts: [{ subject: 'b', sequence: 4 }],
      deadLetters: 0,
    });
    expect(told).toMatchObject({
      impostors: 0,
      detectedShare: null,
      injector: { swaps: 1, detected: 1, medianKeysToDetect: 25 },
    });
  });

  it('refuses a verdict or an alert of a batch that nobody sent', () => {
    expect(() => report([{ subject: 'a', sequence: 6 }])).toThrow(RangeError);
    expect(() => report([], [verdict('c', 0)])).toThrow(RangeError);
  });
});

describe('replay report of labelled sessions', () => {
  const labelled: ReplayPlan = {
    recordings: 'balabit',
    modality: 'pointer',
    labelled: true,
    seed: 1,
    subjects: [
      {
        id: 'a',
        device: 'da',
        enrolment: [session('a0', 0, ['owner'], 10)],
        later: [
          session('a1', 1, ['owner', 'owner'], 10),
          session('a2', 3, ['impostor', 'impostor'], 10),
          session('a3', 5, ['impostor'], 10),
          session('a4', 6, ['owner'], 10),
        ],
      },
    ],
    swaps: [
      { subject: 'a', origin: 'impostor', fromSequence: 3, toSequence: 4 },
      { subject: 'a', origin: 'impostor', fromSequence: 5, toSequence: 5 },
    ],
  };
  const verdicts = [
    verdict('a', 0, 'undecided', 0),
    verdict('a', 1, 'genuine', 10),
    verdict('a', 2, 'genuine', 30),
    verdict('a', 3, 'suspicious', 50),
    verdict('a', 4, 'impostor', 90),
    verdict('a', 5, 'genuine', 15),
    verdict('a', 6, 'undecided', 0),
  ];

  it('takes the mean risk of a session, and the median for a session about which nothing was decided', () => {
    const told = reportReplay(labelled, { verdicts, alerts: [], deadLetters: 0 });
    // Legal 20 and (median of 20, 70, 15) 20; illegal 70 and 15: two of four pairs the right way round.
    expect(told.labelled?.aucBy.meanRisk).toBe(0.5);
    expect(told.labelled).toMatchObject({
      legalSessions: 2,
      legalFlagged: 0,
      illegalSessions: 2,
      illegalFlagged: 1,
      unscoredSessions: 1,
    });
    expect(told.labelled?.aucBy.peakEvidence).toBe(0.5);
  });

  it('states the area by the mean reconstruction error, which risk cut at 0 would hide', () => {
    const scores = [0, 1, 1, 2, 2, 1.5, 1.2];
    const scored = verdicts.map(
      (each, index): ReplayVerdict => ({
        ...each,
        decision: 'genuine',
        risk: 0,
        modalities: [
          {
            modality: 'pointer',
            catalogueVersion: 1,
            windowSamples: 30,
            score: scores[index] ?? 0,
            percentile: 50,
            vector: [],
            contributions: [],
          },
        ],
      }),
    );
    const told = reportReplay(labelled, { verdicts: scored, alerts: [], deadLetters: 0 });
    // Legal 1 and 1.2; illegal 2 and 1.5: every pair the right way round, though every risk is 0.
    expect(told.auc).toBe(1);
    expect(told.labelled?.aucBy.meanRisk).toBe(0.5);
  });

  it('takes a session for detected by its own flag although an open incident raised no new alert', () => {
    expect(reportReplay(labelled, { verdicts, alerts: [], deadLetters: 0 })).toMatchObject({
      impostors: 2,
      impostorsDetected: 1,
      medianStrokesToDetect: 20,
      medianKeysToDetect: null,
      falseAlertsPer10kKeys: null,
    });
    const alerted = reportReplay(labelled, { verdicts, alerts: [{ subject: 'a', sequence: 6 }], deadLetters: 0 });
    expect(alerted.falseAlertsPer1kStrokes).toBeCloseTo(1_000 / 30, 9);
  });
});
