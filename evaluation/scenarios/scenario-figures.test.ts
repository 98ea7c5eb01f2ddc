import { describe, expect, it } from '@jest/globals';
import { createSeededRandom } from '../../platform/seeded-random.ts';
import type { Desk } from './cast-desks.ts';
import { createDeskDiary, pseudonymOf, workContent, workplaceOf } from './desk-diary.ts';
import { type DeskOutcome, deskOutcome } from './desk-outcome.ts';
import { detectionCurves } from './detection-curves.ts';
import { type AskingAlert, type DeskVerdict, placeKey } from './findings.ts';
import { suiteFigures } from './scenario-figures.ts';

const place = workplaceOf('desk');
const subject = pseudonymOf('somebody');
const sample = { zonePair: 0, holdMs: 100, pressPressMs: null, releasePressMs: null };

/** Ten batches of 25 keys in 10 s, the last six of them somebody else's, but for one. */
function deskOf(): Desk {
  const diary = createDeskDiary(subject, createSeededRandom(1));
  diary.beginDay();
  diary.beginSession(place);
  for (let i = 0; i < 10; i++) {
    const content = { ...workContent(10_000), keystrokes: Array.from({ length: 25 }, () => sample) };
    diary.write(content, [], i < 4 || i === 5 ? 'owner' : 'impostor');
  }
  return { scenario: 'roommate', person: 'somebody', subject, history: [], later: diary.batches, onset: 4 };
}

const desk = deskOf();

function alertAt(sequence: number, rule: AskingAlert['rule'] = 'behaviour-mismatch', incidentId = rule): AskingAlert {
  const atMs = desk.later[sequence]?.batch.receivedAtMs ?? 0;
  return { incidentId, subject, device: place.device, sequence, rule, severity: 'high', template: 'own', atMs };
}

function verdictAt(sequence: number, decision: DeskVerdict['decision']): [string, DeskVerdict] {
  const verdict = { subject, device: place.device, sequence, decision, strongestClock: 'session' };
  return [placeKey(verdict), verdict];
}

describe('what a desk came to', () => {
  it('counts keys and seconds from the onset up to the batch that told, foreign keys apart', () => {
    const verdicts = new Map([verdictAt(4, 'genuine'), verdictAt(5, 'suspicious'), verdictAt(7, 'impostor')]);
    const { detected, firstAsked } = deskOutcome(desk, { alerts: [alertAt(7)], verdicts });
    expect(detected).toMatchObject({ keys: 100, foreignKeys: 75, rule: 'behaviour-mismatch', clock: 'session' });
    const [first, told] = [desk.later[4]?.batch, desk.later[7]?.batch];
    const seconds = ((told?.receivedAtMs ?? 0) - (first?.receivedAtMs ?? 0) + 10_000) / 1_000;
    expect(detected?.seconds).toBe(seconds);
    expect(firstAsked).toMatchObject({ keys: 50, foreignKeys: 25 });
  });

  it('takes an incident before the onset for a false one, and that of another account for none', () => {
    const stranger = { ...alertAt(6), subject: pseudonymOf('another') };
    const outcome = deskOutcome(desk, { alerts: [alertAt(3), stranger], verdicts: new Map() });
    expect(outcome).toMatchObject({ detected: undefined, falseIncidents: ['behaviour-mismatch'], keysBefore: 100 });
    expect(outcome).toMatchObject({ falseAlerts: 1 });
  });

  it('counts each incident of the day, and none of a later one', () => {
    const nextDay = { ...alertAt(9), atMs: alertAt(6).atMs + 86_400_000 };
    const found = { alerts: [nextDay, alertAt(8, 'input-injection'), alertAt(6)], verdicts: new Map() };
    expect(deskOutcome(desk, found).incidentsOfTheDay).toEqual(['behaviour-mismatch', 'input-injection']);
  });

  it('counts an incident that gets worse once, with each time that it asks and the worst that it came to', () => {
    const worse = { ...alertAt(8), severity: 'critical' as const };
    const outcome = deskOutcome(desk, { alerts: [alertAt(6), worse], verdicts: new Map() });
    expect(outcome).toMatchObject({ incidentsOfTheDay: ['behaviour-mismatch'], alertsOfTheDay: 2 });
    expect(outcome.detected).toMatchObject({ severity: 'critical', keys: 75 });
  });

  it('takes an incident from before the onset that asks again after it for a detection', () => {
    const outcome = deskOutcome(desk, { alerts: [alertAt(3), alertAt(6)], verdicts: new Map() });
    expect(outcome).toMatchObject({
      falseIncidents: ['behaviour-mismatch'],
      incidentsOfTheDay: ['behaviour-mismatch'],
    });
  });
});

const quiet: DeskOutcome = {
  scenario: 'harmless',
  person: 'a',
  enrolled: true,
  detected: undefined,
  firstAsked: undefined,
  incidentsOfTheDay: [],
  alertsOfTheDay: 0,
  falseIncidents: [],
  falseAlerts: 0,
  keysBefore: 500,
};

function caught(scenario: DeskOutcome['scenario'], keys: number, seconds: number): DeskOutcome {
  const at = { keys, foreignKeys: keys, seconds };
  const detected = { ...at, rule: 'behaviour-mismatch', severity: 'high' as const, template: 'own', clock: 'session' };
  return { ...quiet, scenario, detected, firstAsked: at, incidentsOfTheDay: ['behaviour-mismatch'], alertsOfTheDay: 1 };
}

describe('the figures of the suite', () => {
  const outcomes: DeskOutcome[] = [
    quiet,
    { ...caught('harmless', 50, 20), falseIncidents: ['activity-surprise'], falseAlerts: 3 },
    caught('roommate', 100, 40),
    { ...caught('roommate', 125, 60), incidentsOfTheDay: ['behaviour-mismatch', 'input-injection'] },
    { ...quiet, scenario: 'roommate' },
    caught('record-thief', 75, 1_801),
  ];
  const figures = suiteFigures(outcomes, 1);

  it('count threats, the detected ones, those with one incident, and false incidents apart', () => {
    expect(figures).toMatchObject({
      threats: 4,
      threatsDetected: 3,
      threatsAsExpected: 1,
      threatsWithOneIncident: 2,
      harmless: 2,
      harmlessWithIncident: 1,
      harmlessAsked: 1,
      falseIncidentsBeforeOnset: 1,
      desksWithFalseIncident: 1,
      falseIncidentsByRule: { 'activity-surprise': 1 },
    });
    expect(figures).toMatchObject({ falseAlertsBeforeOnset: 3, workingDaysBeforeOnset: 0.3 });
    expect(figures.falseAlertsPer1kUsersAndWorkingDay).toBe(10_000);
    expect(figures.falseIncidentsPer10kKeys).toBeCloseTo((1 / 3_000) * 10_000, 10);
  });

  it('say of each scenario how soon, over what was detected, and null where nothing was', () => {
    const [roommate] = figures.scenarios;
    expect(roommate).toMatchObject({
      name: 'roommate',
      desks: 3,
      detected: 2,
      asExpected: 1,
      withOneIncident: 1,
      medianKeysToDetect: 112.5,
      incidentsByRule: { 'behaviour-mismatch': 2, 'input-injection': 1 },
      detectedBySeverity: { high: 2 },
      medianAlertsOfTheDay: 1,
    });
    expect(figures.scenarios.find(({ name }) => name === 'weeks')).toMatchObject({
      desks: 0,
      medianKeysToDetect: null,
    });
    expect(figures.scenarios.find(({ name }) => name === 'harmless')).toMatchObject({ desks: 2, asExpected: 1 });
  });

  it('draw a share that never falls as time passes and ends where the count is', () => {
    for (const { series } of detectionCurves(outcomes.filter(({ scenario }) => scenario === 'roommate'))) {
      for (const { name, points } of series) {
        if (name !== 'roommate') continue;
        expect(points.map(({ y }) => y)).toEqual([...points.map(({ y }) => y)].sort((a, b) => a - b));
        expect(points.at(-1)?.y).toBeCloseTo(2 / 3, 10);
      }
    }
  });
});
