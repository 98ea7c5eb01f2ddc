import { castDesks, fewestOwners, outsiders } from '../scenarios/cast-desks.ts';
import type { DeskOutcome } from '../scenarios/desk-outcome.ts';
import { deskOutcome } from '../scenarios/desk-outcome.ts';
import { detectionCurves } from '../scenarios/detection-curves.ts';
import { runDesks } from '../scenarios/embedded-run.ts';
import { loadPeople } from '../scenarios/recorded-people.ts';
import { suiteFigures } from '../scenarios/scenario-figures.ts';
import type { SuiteContext, SuiteResult } from './suite.ts';

/** How much is composed. */
interface Extent {
  /** People taken from the recordings. */
  people: number;
  /** Whether everybody's ordinary work fills their days, or that of the desks whose work is judged. */
  workAtEveryDesk: boolean;
}

const extents: Readonly<Record<SuiteContext['form'], Extent>> = {
  full: { people: Number.POSITIVE_INFINITY, workAtEveryDesk: true },
  short: { people: fewestOwners + outsiders, workAtEveryDesk: false },
};

const notes = [
  'Typing is recorded; who sits where, what is done besides typing, where it comes from and when are composed, seeded. Nothing was chosen on these trials.',
  'Every batch goes through the scorer and alerting as they run in production, on the memory adapters: enrolment first, then templates are trained from the verdicts on it and activated, then the later days. An incident is one that asks somebody to look on the alert topic.',
  `A trial is one desk of one seed. In each seed ${outsiders} people have no account: whoever intrudes is one of them, so nothing of an intruder was ever learned, not even as background. All others enrol, and each lives through one scenario.`,
  'usb-injector also has desks of people without any template (byTemplateMode.none).',
  'Ordinary work is composed from assumed rates, log-normal over people, days and half-hour tasks: the record thief shows that the way works end to end, not how well it would at a real workplace.',
  'weeks: a day is 500 keys of the owner, out of one of two recorded sessions beginning anywhere in it, with pieces of 50 foreign keys, 10 to 20 % of all; so the owner varies less than a real one would over ten weeks.',
  'harmless: intervals grow to 1.12 and holds to 1.15 times the usual in the course of a session and stay so in the next one, at another place in the network; these keys are those of the later sessions, and the second session repeats the text of the day before the onset.',
  'falseAlertsPer1kUsersAndWorkingDay divides the alerts that ask before any onset by working days of 10,000 keys after training: some sixteen over all desks, so that a handful of alerts decides.',
  'withOneIncident counts incidents from the onset until a day after the first one; asked: verdicts on which an application would ask for a second factor, which are no incidents.',
];

/** The threats of DESIGN's first section, and what is none, through the whole system. */
export async function runScenariosSuite({
  datasets,
  seeds,
  form,
  backend,
  onStep,
}: SuiteContext): Promise<SuiteResult> {
  const { people: most, workAtEveryDesk } = extents[form];
  const people = (await loadPeople(datasets)).slice(0, most);
  const outcomes: DeskOutcome[] = [];
  const training: unknown[] = [];
  for (const [index, seed] of seeds.entries()) {
    const of = seeds.length > 1 ? ` (seed ${index + 1} of ${seeds.length})` : '';
    const desks = castDesks(people, { seed, workAtEveryDesk });
    const run = await runDesks(desks, {
      seed,
      backend,
      onStep: (step, done, total) => onStep(`${step}${of}`, done, total),
    });
    training.push(run.training);
    outcomes.push(...desks.map((desk) => deskOutcome(desk, run)));
  }
  return {
    suite: 'scenarios',
    figures: { ...suiteFigures(outcomes, seeds.length), training, trials: outcomes },
    scoreSets: [],
    curves: detectionCurves(outcomes),
    notes,
  };
}
