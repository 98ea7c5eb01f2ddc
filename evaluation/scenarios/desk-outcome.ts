import type { Desk } from './cast-desks.ts';
import { type Findings, type Incident, placeKey } from './findings.ts';
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
  /** The first incident from the onset on; `undefined` where there was none. */
  detected: (SinceOnset & { rule: string; template: string; clock: string }) | undefined;
  /** The first verdict from the onset on at which the person would be asked who they are; `undefined` for none. */
  firstAsked: SinceOnset | undefined;
  /** Incidents from the onset until a day after the first: what the SOC has to read until it has dealt with it. */
  incidentsOfTheDay: readonly string[];
  /** Incidents before the onset: false ones. */
  falseIncidents: readonly string[];
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

/** Holds what was said about a desk against what happened there. */
export function deskOutcome(desk: Desk, { incidents, verdicts }: Findings): DeskOutcome {
  const { scenario, person, subject, history, later, onset } = desk;
  const places = new Map(later.map(({ batch }, index) => [placeKey(batch), index]));
  const own = incidents.filter((incident) => incident.subject === subject);
  const indexOf = (incident: Incident) => places.get(placeKey(incident)) ?? -1;
  const after = own.filter((incident) => indexOf(incident) >= onset).sort((a, b) => indexOf(a) - indexOf(b));
  const [first] = after;
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
      template: first.template,
      clock: verdicts.get(placeKey(first))?.strongestClock ?? 'none',
    },
    firstAsked: asked < 0 ? undefined : sinceOnset(desk, asked),
    incidentsOfTheDay: after.filter(({ atMs }) => atMs < (first?.atMs ?? 0) + dayMs).map(({ rule }) => rule),
    falseIncidents: own.filter((incident) => indexOf(incident) < onset).map(({ rule }) => rule),
    keysBefore: later.slice(0, onset).reduce((sum, { batch }) => sum + batch.keystrokes.length, 0),
  };
}
