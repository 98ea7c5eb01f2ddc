import { join } from 'node:path';
import { outOfFoldEvidence } from '../injection/genuine-evidence.ts';
import {
  caughtSeries,
  generatorFigures,
  humanLikeFigures,
  type JudgedHalf,
  regularFigures,
} from '../injection/injection-figures.ts';
import { falsePointerWindows, loadPointing, pointerFigures } from '../injection/pointer-injection.ts';
import type { TemplateLayer } from '../injection/template-stream.ts';
import {
  halvesOf,
  judgeHalves,
  learnedLimit,
  raisedLimit,
  shippedLimit,
  studySet,
  templateLayerFrom,
} from '../injection/typing-injection.ts';
import { openRecordings } from '../recordings/open-recordings.ts';
import { type RecordingName, type Recordings, RecordingsMalformed } from '../recordings/recordings.ts';
import { loadTyping, type TypingSubject } from '../typing/typing-recordings.ts';
import type { ScoreSet, SuiteContext, SuiteResult } from './suite.ts';

/** How many people of each set are used. */
const sizes = {
  full: {
    aalto: Number.POSITIVE_INFINITY,
    villani: Number.POSITIVE_INFINITY,
    villaniBursts: 10,
    sapimouse: Number.POSITIVE_INFINITY,
    balabit: Number.POSITIVE_INFINITY,
    pointerBursts: 100,
  },
  short: { aalto: 160, villani: 10, villaniBursts: 2, sapimouse: 8, balabit: 1, pointerBursts: 20 },
} as const;

async function opened(datasets: string, name: RecordingName): Promise<Recordings> {
  const outcome = await openRecordings(join(datasets, name));
  if (!outcome.ok) throw new RecordingsMalformed(outcome.detail);
  return outcome.value;
}

function figuresOf(halves: readonly JudgedHalf[]) {
  return { regular: regularFigures(halves), humanLike: humanLikeFigures(halves) };
}

/** Template evidence of genuine windows, and of the windows of one family's bursts. */
function scoreSet(name: string, halves: readonly JudgedHalf[]): ScoreSet {
  const judged = (stream: Float64Array) => Array.from(stream).filter(Number.isFinite);
  const users = halves.flatMap(({ people, bursts }) =>
    people.map(({ name: user, later }) => ({
      user,
      genuine: Float64Array.from(judged(later.template)),
      impostor: Float64Array.from(
        bursts
          .filter(({ family, victim }) => family === 'human-like' && victim === user)
          .flatMap(({ stream }) => judged(stream.template)),
      ),
    })),
  );
  return { name, users };
}

/** Aalto: limits as shipped, learned on nobody there; the template's from the other half's background and evidence. */
function studyAalto(people: readonly TypingSubject[], { seeds, onStep }: SuiteContext) {
  const halves = halvesOf(people);
  const layers = [templateLayerFrom(halves[1]), templateLayerFrom(halves[0])] as const;
  let done = 0;
  const studied = studySet({ halves, layerOf: (half) => layers[half], seeds, burstsPerVictim: 1 }, () =>
    onStep('injection into aalto', ++done, people.length),
  );
  const judged = judgeHalves(studied, shippedLimit);
  return { judged, learned: judgeHalves(studied, learnedLimit), layer: layers[0] };
}

/** Villani: the rules' limit from the other half of its users, the template's from enrolment and another set's background. */
function studyVillani(
  people: readonly TypingSubject[],
  layer: TemplateLayer | undefined,
  burstsPerVictim: number,
  { seeds, onStep }: SuiteContext,
) {
  let done = 0;
  const set = { halves: halvesOf(people), layerOf: () => layer, seeds, burstsPerVictim };
  const studied = studySet(set, () => onStep('injection into villani', ++done, people.length));
  return judgeHalves(studied, raisedLimit, layer === undefined ? undefined : outOfFoldEvidence(people, layer));
}

async function studyPointer({ datasets, form, seeds, onStep }: SuiteContext) {
  const size = sizes[form];
  onStep('injection with the pointer', 0, 2);
  const sapimouse = await loadPointing(await opened(datasets, 'sapimouse'), size.sapimouse);
  const generators = pointerFigures(sapimouse, seeds, size.pointerBursts);
  onStep('injection with the pointer', 1, 2);
  const balabit = await loadPointing(await opened(datasets, 'balabit'), size.balabit);
  onStep('injection with the pointer', 2, 2);
  return { generators, sapimouse: falsePointerWindows(sapimouse), balabit: falsePointerWindows(balabit) };
}

const notes = [
  "A regular or human-like figure is that of the worst generator of the family; means stand beside it. Bursts replace the timing of the victim's own later keys and are sessions of their own; generators imitate people of the other half only.",
  'Rules: measures were picked among about thirty, and their limits, which are those of program designs and lie beyond every Villani window, were set with false alarms on all Aalto people in view: their false-window share is not blind.',
  'Rules, blind check: on people who typed one password 400 times (CMU), never looked at before, an earlier set of rules flagged 3.3 % of the windows. One rule (kurtosis) was dropped and two limits of 50 keys were drawn back for it, so that CMU is no longer blind either.',
  "Villani: the rules' limit is the shipped one, raised where a user of the other half went beyond it; the template has its background from Aalto and its threshold from leave-one-session-out enrolment.",
  'Rules and template: window of 100 keys, the resampling program as third hypothesis and the nominal false-alarm rate were explored on the second half of the Aalto people. The headline is the first half, but it is not untouched: the bonus of the third hypothesis was taken after the first half had been seen without it. For Villani, thresholds from the other half were tried first and gave 1.66 first false alarms per 10,000 keys.',
  "The third hypothesis is made of the background's own typing, taken apart by zone pair: human-marginals and zone-pair-population are near it, learned, one-human-marginals and replayed-human are not.",
  "The learned generator is a Gaussian copula over zone pairs with a person's own means and spread and a first-order autoregression, fitted on the other half.",
  "Pointer: rules alone, limits from SapiMouse; Balabit's people are new to them. A replayed stroke is for the template to notice.",
];

/** Machine or human? Injected typing and pointing against the rules, which need no template, and against both layers. */
export async function runInjectionSuite(context: SuiteContext): Promise<SuiteResult> {
  const { datasets, form } = context;
  const size = sizes[form];
  const aaltoPeople = await loadTyping(await opened(datasets, 'aalto-136m-sample'), size.aalto);
  const { judged, learned, layer } = studyAalto(aaltoPeople, context);
  const villaniPeople = await loadTyping(await opened(datasets, 'villani-freetext'), size.villani);
  const villani = studyVillani(villaniPeople, layer, size.villaniBursts, context);
  const [unseen] = judged;
  return {
    suite: 'injection',
    figures: {
      regular: regularFigures(judged),
      humanLike: { ...humanLikeFigures([unseen]), bothHalves: humanLikeFigures(judged) },
      generators: generatorFigures(judged),
      learnedLimit: regularFigures(learned),
      villani: { ...figuresOf(villani), generators: generatorFigures(villani) },
      pointer: await studyPointer(context),
    },
    scoreSets: [
      scoreSet('aalto, human-like typing, template', judged),
      scoreSet('villani, human-like typing, template', villani),
    ],
    curves: [
      {
        id: 'time-to-detect',
        title: 'Injected typing caught by rules and template (aalto)',
        xLabel: 'keys since the injection began',
        yLabel: 'share of bursts caught',
        series: caughtSeries(judged),
      },
    ],
    notes,
  };
}
