import type { Curve } from '../suites/suite.ts';
import type { DeskOutcome } from './desk-outcome.ts';
import type { ScenarioName } from './scenario-list.ts';

const secondsPerMinute = 60;
const secondsPerDay = 86_400;

interface Axis {
  title: string;
  xLabel: string;
  scenarios: readonly ScenarioName[];
  at: readonly number[];
  /** Where on the axis a detection lies. */
  of(detected: NonNullable<DeskOutcome['detected']>): number;
}

function steps(count: number, width: number): number[] {
  return Array.from({ length: count }, (_, index) => (index + 1) * width);
}

/** Each threat on the clock on which it is caught. */
const axes: readonly Axis[] = [
  {
    title: 'Somebody or something else types: share of desks with an incident',
    xLabel: 'keys since the onset',
    scenarios: ['roommate', 'usb-injector', 'remote-intruder'],
    at: steps(20, 25),
    of: ({ keys }) => keys,
  },
  {
    title: 'Records are taken: share of desks with an incident',
    xLabel: 'minutes since the onset',
    scenarios: ['record-thief'],
    at: steps(40, 1),
    of: ({ seconds }) => seconds / secondsPerMinute,
  },
  {
    title: 'A small foreign share over weeks: share of desks with an incident',
    xLabel: 'days since the onset',
    scenarios: ['weeks'],
    at: steps(56, 1),
    of: ({ seconds }) => seconds / secondsPerDay,
  },
];

/** Share of a scenario's trials that had brought an incident after so long. */
export function detectionCurves(outcomes: readonly DeskOutcome[]): Curve[] {
  return axes.map(({ title, xLabel, scenarios, at, of }) => ({
    id: 'time-to-detect',
    title,
    xLabel,
    yLabel: 'share of desks',
    series: scenarios.map((name) => {
      const own = outcomes.filter(({ scenario }) => scenario === name);
      const times = own.map(({ detected }) => (detected === undefined ? Number.POSITIVE_INFINITY : of(detected)));
      return { name, points: at.map((x) => ({ x, y: times.filter((time) => time <= x).length / own.length })) };
    }),
  }));
}
