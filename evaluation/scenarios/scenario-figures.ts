import { median, quantile } from '../metrics/quantile.ts';
import { firstFalseAlarmsPer } from '../metrics/time-to-detect.ts';
import { keysPerWorkingDay } from '../typing-stream/calibrated-account.ts';
import type { DeskOutcome } from './desk-outcome.ts';
import { type ScenarioName, scenarioNames, scenarios } from './scenario-list.ts';

/** Trials of one kind of desk: with a template of its own, or without. */
interface ModeFigures {
  desks: number;
  detected: number;
  medianKeysToDetect: number | null;
}

/** What the trials of one scenario came to. Times are over the detected ones; `null` where there was none. */
export interface ScenarioFigures {
  name: ScenarioName;
  threat: boolean;
  expected: string;
  /** Trials: one desk of one seed each. */
  desks: number;
  /** Trials with an incident from the onset on; at a harmless desk they are false. */
  detected: number;
  /** Trials that came out as `expected`. */
  asExpected: number;
  /** Trials with exactly one incident from the onset until a day after it. */
  withOneIncident: number;
  /** Keys under the account's name since the onset. */
  medianKeysToDetect: number | null;
  p90KeysToDetect: number | null;
  /** Those of them that the owner did not press as ever. */
  medianForeignKeysToDetect: number | null;
  medianSecondsToDetect: number | null;
  p90SecondsToDetect: number | null;
  /** Trials in which an application would have asked who is there (`suspicious` or worse), and the keys until then. */
  asked: number;
  medianKeysToAsk: number | null;
  incidentsByRule: Record<string, number>;
  /** Of the incidents by which the trials were detected, the highest that each reached. */
  detectedBySeverity: Record<string, number>;
  /** Alerts that asked somebody to look, from the onset until a day after the first: over the detected trials. */
  medianAlertsOfTheDay: number | null;
  /** The clock that the first incident was owed to. */
  detectedByClock: Record<string, number>;
  byTemplateMode: Record<'own' | 'none', ModeFigures>;
  falseIncidentsBeforeOnset: number;
}

/** All scenarios at once. */
export interface SuiteFigures {
  seeds: number;
  threats: number;
  threatsDetected: number;
  threatsAsExpected: number;
  threatsWithOneIncident: number;
  harmless: number;
  harmlessWithIncident: number;
  harmlessAsked: number;
  detectedShare: number;
  oneIncidentShare: number;
  /** Over all desks, in owners' sessions before anything happened. */
  falseIncidentsBeforeOnset: number;
  desksWithFalseIncident: number;
  keysBeforeOnset: number;
  /** Desks with a false incident, per 10,000 keys of their owners after training. */
  falseIncidentsPer10kKeys: number;
  falseIncidentsByRule: Record<string, number>;
  /** Alerts that asked somebody to look before anything had happened, and the working days, of {@link keysPerWorkingDay}, in which they could. */
  falseAlertsBeforeOnset: number;
  workingDaysBeforeOnset: number;
  /** The same for a thousand users on one working day. */
  falseAlertsPer1kUsersAndWorkingDay: number;
  scenarios: readonly ScenarioFigures[];
}

function countsOf(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

function middle(values: readonly number[]): number | null {
  return values.length === 0 ? null : median(values);
}

function p90(values: readonly number[]): number | null {
  return values.length === 0 ? null : quantile(values, 0.9);
}

/** Whether a trial came out as is expected of its scenario. */
function isAsExpected({ scenario, detected }: DeskOutcome): boolean {
  const { threat, withinKeys, withinSeconds } = scenarios[scenario];
  if (!threat || detected === undefined) return !threat && detected === undefined;
  return (
    (withinKeys === null || detected.foreignKeys <= withinKeys) &&
    (withinSeconds === null || detected.seconds <= withinSeconds)
  );
}

function modeFigures(outcomes: readonly DeskOutcome[]): ModeFigures {
  const detections = outcomes.flatMap(({ detected }) => detected ?? []);
  return {
    desks: outcomes.length,
    detected: detections.length,
    medianKeysToDetect: middle(detections.map(({ keys }) => keys)),
  };
}

function scenarioFigures(name: ScenarioName, all: readonly DeskOutcome[]): ScenarioFigures {
  const outcomes = all.filter(({ scenario }) => scenario === name);
  const detections = outcomes.flatMap(({ detected }) => detected ?? []);
  const asked = outcomes.flatMap(({ firstAsked }) => firstAsked ?? []);
  const { threat, expected } = scenarios[name];
  return {
    name,
    threat,
    expected,
    desks: outcomes.length,
    detected: detections.length,
    asExpected: outcomes.filter(isAsExpected).length,
    withOneIncident: outcomes.filter(({ incidentsOfTheDay }) => incidentsOfTheDay.length === 1).length,
    medianKeysToDetect: middle(detections.map(({ keys }) => keys)),
    p90KeysToDetect: p90(detections.map(({ keys }) => keys)),
    medianForeignKeysToDetect: middle(detections.map(({ foreignKeys }) => foreignKeys)),
    medianSecondsToDetect: middle(detections.map(({ seconds }) => seconds)),
    p90SecondsToDetect: p90(detections.map(({ seconds }) => seconds)),
    asked: asked.length,
    medianKeysToAsk: middle(asked.map(({ keys }) => keys)),
    incidentsByRule: countsOf(outcomes.flatMap(({ incidentsOfTheDay }) => incidentsOfTheDay)),
    detectedBySeverity: countsOf(detections.map(({ severity }) => severity)),
    medianAlertsOfTheDay: middle(
      outcomes.filter(({ detected }) => detected).map(({ alertsOfTheDay }) => alertsOfTheDay),
    ),
    detectedByClock: countsOf(detections.map(({ clock }) => clock)),
    byTemplateMode: {
      own: modeFigures(outcomes.filter(({ enrolled }) => enrolled)),
      none: modeFigures(outcomes.filter(({ enrolled }) => !enrolled)),
    },
    falseIncidentsBeforeOnset: outcomes.reduce((sum, { falseIncidents }) => sum + falseIncidents.length, 0),
  };
}

/** The figures of the suite over the trials of all seeds. */
export function suiteFigures(outcomes: readonly DeskOutcome[], seeds: number): SuiteFigures {
  const threats = outcomes.filter(({ scenario }) => scenarios[scenario].threat);
  const harmless = outcomes.filter(({ scenario }) => !scenarios[scenario].threat);
  const threatsDetected = threats.filter(({ detected }) => detected !== undefined).length;
  const threatsWithOneIncident = threats.filter(({ incidentsOfTheDay }) => incidentsOfTheDay.length === 1).length;
  const falseAlerts = outcomes.reduce((sum, outcome) => sum + outcome.falseAlerts, 0);
  const keysBeforeOnset = outcomes.reduce((sum, { keysBefore }) => sum + keysBefore, 0);
  const workingDays = keysBeforeOnset / keysPerWorkingDay;
  const falseRules = outcomes.flatMap(({ falseIncidents }) => falseIncidents);
  return {
    seeds,
    threats: threats.length,
    threatsDetected,
    threatsAsExpected: threats.filter(isAsExpected).length,
    threatsWithOneIncident,
    harmless: harmless.length,
    harmlessWithIncident: harmless.filter(({ detected }) => detected !== undefined).length,
    harmlessAsked: harmless.filter(({ firstAsked }) => firstAsked !== undefined).length,
    detectedShare: threatsDetected / threats.length,
    oneIncidentShare: threatsWithOneIncident / threats.length,
    falseIncidentsBeforeOnset: falseRules.length,
    desksWithFalseIncident: outcomes.filter(({ falseIncidents }) => falseIncidents.length > 0).length,
    keysBeforeOnset,
    falseIncidentsPer10kKeys: firstFalseAlarmsPer(
      10_000,
      outcomes.map(({ keysBefore, falseIncidents }) => ({
        events: falseIncidents.length > 0 ? keysBefore : null,
        length: keysBefore,
      })),
    ),
    falseIncidentsByRule: countsOf(falseRules),
    falseAlertsBeforeOnset: falseAlerts,
    workingDaysBeforeOnset: workingDays,
    falseAlertsPer1kUsersAndWorkingDay: (1_000 * falseAlerts) / workingDays,
    scenarios: scenarioNames.map((name) => scenarioFigures(name, outcomes)),
  };
}
