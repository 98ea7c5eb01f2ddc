import { join } from 'node:path';
import type { ActionPopulation } from '../../detection/activity/action-population.ts';
import { loadTensorflow } from '../../training/tensorflow.ts';
import { autoencoderScores } from '../commands/autoencoder-scores.ts';
import { blockVectors } from '../commands/block-vector.ts';
import {
  chosenOnOtherHalf,
  plainSettings,
  type ReportedHalf,
  settingsToChooseFrom,
} from '../commands/chosen-settings.ts';
import { type CodedUser, codedUsers } from '../commands/coded-users.ts';
import { cohortSizeCurve, driftCurve, enrolmentSizeCurve, halfPopulations } from '../commands/command-curves.ts';
import {
  type CommandFigures,
  commandFigures,
  groupFigures,
  meanFigures,
  scoresOf,
  userIntervals,
} from '../commands/command-figures.ts';
import { fusedScores } from '../commands/fused-scores.ts';
import { languageModelScores, learnedBeforeCalibration } from '../commands/language-model.ts';
import { type TakeOverScores, takeOverScores } from '../commands/stranger-scores.ts';
import { carriedThreshold, takeOvers, thresholdAt } from '../commands/take-over-figures.ts';
import { standardDeviation, type UserScores } from '../metrics/error-rates.ts';
import { RecordingsMalformed } from '../recordings/recordings.ts';
import { commandsPerBlock, readSchonlau } from '../recordings/schonlau.ts';
import type { ScoreSet, SuiteContext, SuiteResult } from './suite.ts';

type Populations = ((user: number) => ActionPopulation) | undefined;

function userScores(users: readonly CodedUser[], scores: readonly Float64Array[]): UserScores[] {
  return users.map((user, u) => scoresOf(user, scores[u]!));
}

/** All users under the settings that are used where nothing is chosen. */
function plainRun(users: readonly CodedUser[], populations: Populations) {
  const runs = users.map((user, u): TakeOverScores => takeOverScores(user, plainSettings, populations?.(u)));
  const scores = runs.map((run) => run.withHistory);
  const withHistory = userScores(users, scores);
  const blockAlone = userScores(
    users,
    runs.map((run) => run.blockAlone),
  );
  const plain = commandFigures(withHistory);
  return {
    withHistory,
    figures: {
      plainSettings: { ...plain, ...userIntervals([withHistory]), settings: plainSettings },
      withoutHistory: commandFigures(blockAlone),
      takeOvers: takeOvers(users, scores, thresholdAt(withHistory)),
    },
  };
}

/** Each half of the users under what was chosen on the other half. */
function chosenRun(users: readonly CodedUser[], populations: Populations, onRun: () => void) {
  const halves = chosenOnOtherHalf(settingsToChooseFrom, (settings) => {
    onRun();
    return userScores(
      users,
      users.map((user, u) => takeOverScores(user, settings, populations?.(u)).withHistory),
    );
  });
  const report = ({ settings, scores }: ReportedHalf) => ({ settings, ...commandFigures(scores) });
  const [first, second] = halves;
  const groups = halves.map(({ scores }) => scores);
  return {
    figures: {
      ...groupFigures(groups),
      ...userIntervals(groups),
      halves: halves.map(report),
      carriedThreshold: [
        carriedThreshold(second.scores, thresholdAt(first.scores)),
        carriedThreshold(first.scores, thresholdAt(second.scores)),
      ],
    },
    scores: groups.flat(),
  };
}

async function autoencoderFigures(users: readonly CodedUser[], { seeds, backend, onStep }: SuiteContext) {
  const vectors = users.map(blockVectors);
  const { tf } = await loadTensorflow(backend);
  const alone: CommandFigures[] = [];
  const fused: CommandFigures[] = [];
  let last: UserScores[] = [];
  for (const [index, seed] of seeds.entries()) {
    const scores = await autoencoderScores(tf, vectors, seed, (done) =>
      onStep('autoencoders of blocks', index * users.length + done, seeds.length * users.length),
    );
    alone.push(commandFigures(userScores(users, scores)));
    last = userScores(
      users,
      scores.map((own, u) => fusedScores(vectors[u]!, own)),
    );
    fused.push(commandFigures(last));
  }
  const seeded = (runs: readonly CommandFigures[]) => ({
    ...meanFigures(runs),
    seeds: runs.length,
    sdOverSeeds: {
      auc: standardDeviation(runs.map((run) => run.auc)),
      hitsAt1_3PercentFalseAlarms: standardDeviation(runs.map((run) => run.hitsAt1_3PercentFalseAlarms)),
    },
  });
  return { autoencoder: { ...seeded(alone), withLanguageModel: seeded(fused) }, scores: last };
}

const notes = [
  'Blocks before the first labelled one enrol, the labelled ones are judged in turn; foreign blocks are never trained on.',
  'oneClass and cohort: settings are chosen on every second user by the area under the curve and reported on the others, both ways; the figures are means over the two halves, each with one threshold for its users. The form of the score was found while looking at all users.',
  'cohort: the population of a user is the training blocks of the other half of the users, so no judged user is in it, and whoever took over is in neither half.',
  'A block is judged with the blocks before it, never after; the rates of coming and staying are those by which the recordings were made. withoutHistory leaves them out.',
  'plainSettings: one setting and one threshold for all users, looked at on all of them.',
  'languageModel and autoencoder are the published form, in units of the account itself; they involve no choice here.',
];

/** Either half of the users is the population of the other. */
const fewestUsers = 2;
/** One block to calibrate by. */
const fewestTrainingBlocks = learnedBeforeCalibration + 1;

async function readUsers(directory: string): Promise<CodedUser[]> {
  const users = codedUsers(await readSchonlau(directory));
  if (users.length < fewestUsers) {
    throw new RecordingsMalformed(
      `recorded commands of at least ${fewestUsers} users are needed, half of them for the other half to be judged by; here: ${users.length}`,
    );
  }
  const blocks = Math.min(...users.map(({ training }) => training.length));
  if (blocks < fewestTrainingBlocks) {
    throw new RecordingsMalformed(
      `at least ${fewestTrainingBlocks} blocks of ${commandsPerBlock} commands before the first labelled one are needed, the last of them to calibrate; here: ${blocks}`,
    );
  }
  return users;
}

/**
 * Masqueraders among UNIX commands (Schonlau et al. 2001): strictly one-class, with a population, and the published scorers.
 * @throws RecordingsMalformed for fewer users or training blocks than there is something to measure in
 */
export async function runSchonlauSuite(context: SuiteContext): Promise<SuiteResult> {
  const { datasets, form, onStep } = context;
  onStep('reading commands', 0, 0);
  const users = await readUsers(join(datasets, 'schonlau-masquerade'));
  const populations = halfPopulations(users);
  const language = userScores(users, users.map(languageModelScores));
  const modes = { oneClass: undefined, cohort: populations };
  const figures: Record<string, unknown> = {};
  const scoreSets: ScoreSet[] = [];
  let done = 0;
  for (const [mode, population] of Object.entries(modes)) {
    const plain = plainRun(users, population);
    if (form === 'short') {
      figures[mode] = { ...plain.figures.plainSettings, ...plain.figures };
      scoreSets.push({ name: mode, users: plain.withHistory });
      continue;
    }
    const chosen = chosenRun(users, population, () =>
      onStep('choosing settings', ++done, 2 * settingsToChooseFrom.length),
    );
    figures[mode] = { ...chosen.figures, ...plain.figures };
    scoreSets.push({ name: mode, users: chosen.scores });
  }
  const { autoencoder, scores } = await autoencoderFigures(users, context);
  scoreSets.push({ name: 'languageModel', users: language }, { name: 'autoencoder with languageModel', users: scores });
  return {
    suite: 'schonlau',
    figures: { ...figures, languageModel: commandFigures(language), autoencoder },
    scoreSets,
    curves: form === 'short' ? [] : [enrolmentSizeCurve(users), cohortSizeCurve(users), driftCurve(users)],
    notes,
  };
}
