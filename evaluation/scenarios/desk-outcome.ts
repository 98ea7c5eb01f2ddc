import { type Severity, severities } from '../../schemas/incident.ts';
import type { Desk } from './cast-desks.ts';
import { type AskingAlert, type Findings, placeKey } from './findings.ts';
import type { ScenarioName } from './scenario-list.ts';

/** How far into the story something happened, counted from the onset, the batch that it was said about included. */
export interface SinceOnset {
  /** Keys under the account's name, whoever pressed them. */
  keys: number;
  /** Those of them that the owner did not press as ever. */
  foreignKeys: number;
  /** By the gateway's clock, from the first foreign batch's beginning. */
  seconds: number;
}

/** What a trial came to. */
export interface DeskOutcome {
  scenario: ScenarioName;
  person: string;
  /** Whether the account had a template of its own. */
  enrolled: boolean;
  /**
   * The first alert from the onset on that asks somebody to look; `undefined` where there was none. `severity`: the highest of
   * its incident within a day.
   */
  detected: (SinceOnset & { rule: string; severity: Severity; template: string; clock: string }) | undefined;
  /** The first verdict from the onset on at which the person would be asked who they are; `undefined` for none. */
  firstAsked: SinceOnset | undefined;
  /** Incidents that asked from the onset until a day after the first: what the SOC has to read until it has dealt with it. */
  incidentsOfTheDay: readonly string[];
  /** Alerts that asked in the same time: those incidents beginning, beginning again and getting worse. */
  alertsOfTheDay: number;
  /** Incidents before the onset: false ones. */
  falseIncidents: readonly string[];
  /** Alerts that asked somebody to look before the onset. */
  falseAlerts: number;
  /** Keys of the owner after training and before the onset. */
  keysBefore: number;
}

const dayMs = 86_400_000;
/** Decisions on which an application asks for a second factor, or more. */
const asking: readonly string[] = ['suspicious', 'impostor', 'machine'];

function sinceOnset({ later, onset }: Desk, index: number): SinceOnset {
  const passed = later.slice(onset, index + 1).map(({ batch, origin }) => ({ keys: batch.keystrokes.length, origin }));
  const first = later[onset]?.batch;
  const last = later[index]?.batch;
  if (first === undefined || last === undefined) throw new RangeError('the desk has no such batch');
  return {
    keys: passed.reduce((sum, { keys }) => sum + keys, 0),
    foreignKeys: passed.reduce((sum, { keys, origin }) => sum + (origin === 'owner' ? 0 : keys), 0),
    seconds: (last.receivedAtMs - first.receivedAtMs + first.durationMs) / 1_000,
  };
}

/** The patterns of the incidents that the alerts are about, each incident once. */
function incidentsOf(alerts: readonly AskingAlert[]): string[] {
  return [...new Map(alerts.map(({ incidentId, rule }) => [incidentId, rule])).values()];
}

function highestOf(alerts: readonly AskingAlert[]): Severity {
  return severities[Math.max(...alerts.map(({ severity }) => severities.indexOf(severity)))] ?? 'low';
}

/** Holds what was said about a desk against what happened there. */
export function deskOutcome(desk: Desk, { alerts, verdicts }: Findings): DeskOutcome {
  const { scenario, person, subject, history, later, onset } = desk;
  const places = new Map(later.map(({ batch }, index) => [placeKey(batch), index]));
  const own = alerts.filter((alert) => alert.subject === subject);
  const indexOf = (alert: AskingAlert) => places.get(placeKey(alert)) ?? -1;
  const after = own.filter((alert) => indexOf(alert) >= onset).sort((a, b) => indexOf(a) - indexOf(b));
  const before = own.filter((alert) => indexOf(alert) < onset);
  const [first] = after;
  const ofTheDay = after.filter(({ atMs }) => atMs < (first?.atMs ?? 0) + dayMs);
  const asked = later.findIndex(({ batch }, index) => {
    return index >= onset && asking.includes(verdicts.get(placeKey(batch))?.decision ?? '');
  });
  return {
    scenario,
    person,
    enrolled: history.length > 0,
    detected: first && {
      ...sinceOnset(desk, indexOf(first)),
      rule: first.rule,
      severity: highestOf(ofTheDay.filter(({ incidentId }) => incidentId === first.incidentId)),
      template: first.template,
      clock: verdicts.get(placeKey(first))?.strongestClock ?? 'none',
    },
    firstAsked: asked < 0 ? undefined : sinceOnset(desk, asked),
    incidentsOfTheDay: incidentsOf(ofTheDay),
    alertsOfTheDay: ofTheDay.length,
    falseIncidents: incidentsOf(before),
    falseAlerts: before.length,
    keysBefore: later.slice(0, onset).reduce((sum, { batch }) => sum + batch.keystrokes.length, 0),
  };
}
