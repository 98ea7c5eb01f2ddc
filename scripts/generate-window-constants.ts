/**
 * Writes `detection/features/{typing,pointing}-constants.ts` from recordings that permit it (Villani, BSD-3-Clause; SapiMouse,
 * MIT): the spread of each feature within one person, the units of the detectors with these spreads, and what is usual of the scores.
 * `npx tsx scripts/generate-window-constants.ts`, or with the name of one of the two pages.
 */
import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import {
  type Background,
  type BackgroundOptions,
  fitBackground,
  pointerBackgroundOptions,
  typingBackgroundOptions,
} from '../detection/cohort/background.ts';
import { constantUnits } from '../detection/detectors/fusion.ts';
import { keystrokeCatalogue } from '../detection/features/keystroke-catalogue.ts';
import { pointerCatalogue } from '../detection/features/pointer-catalogue.ts';
import { type EvidenceConstants, measureEvidenceConstants } from '../detection/sequential/evidence-constants.ts';
import type { Catalogue } from '../detection/words/catalogue.ts';
import { collectSession } from '../evaluation/collector/collect-session.ts';
import { quantile } from '../evaluation/metrics/quantile.ts';
import { openNamedRecordings } from '../evaluation/recordings/open-recordings.ts';
import type { RecordingName } from '../evaluation/recordings/recordings.ts';
import { trainingRowsOf } from '../evaluation/training-rows.ts';
import { fitCohortStart } from '../training/cohort-start.ts';
import {
  networkOptions,
  outOfFoldDetectorScores,
  outOfFoldScores,
  type RowHistory,
} from '../training/model-fitting.ts';
import { startedModalities } from '../training/tenant-starts.ts';
import { loadTensorflow } from '../training/tensorflow.ts';
import { ownHistory } from '../training/trainer.ts';
import type { TrainingRow } from '../training/training-subject.ts';

interface Page {
  path: string;
  /** Prefix of the exported names. */
  name: string;
  catalogue: Catalogue;
  background: BackgroundOptions;
  recordings: RecordingName;
  /** Which recordings, in words. */
  source: string;
}

const pages: readonly Page[] = [
  {
    path: 'detection/features/typing-constants.ts',
    name: 'keystroke',
    catalogue: keystrokeCatalogue,
    background: typingBackgroundOptions,
    recordings: 'villani-freetext',
    source: 'Villani free-text recordings, BSD-3-Clause, first four sessions',
  },
  {
    path: 'detection/features/pointing-constants.ts',
    name: 'pointer',
    catalogue: pointerCatalogue,
    background: pointerBackgroundOptions,
    recordings: 'sapimouse',
    source: 'SapiMouse 3-minute sessions, MIT',
  },
];

async function peopleOf({ recordings, catalogue }: Page): Promise<(readonly TrainingRow[])[]> {
  const opened = await openNamedRecordings(recordings);
  if (!opened.ok) throw new Error(opened.detail);
  const people: (readonly TrainingRow[])[] = [];
  for await (const { sessions } of opened.value.subjects()) {
    let sequence = 0;
    const enrolment = sessions
      .filter(({ part }) => part === 'enrolment')
      .map((session, number) => ({
        batches: collectSession(session).map((content) => ({
          content,
          sequence: sequence++,
          session: number.toString(16).padStart(32, '0'),
        })),
      }));
    const subject = { id: '0'.repeat(32), device: '1'.repeat(32), enrolment };
    const rows = trainingRowsOf(subject, 'constants').rows[catalogue.modality] ?? [];
    if (rows.length > 0) people.push(rows);
  }
  return people;
}

/** Median over people of each person's mean absolute deviation. */
function spreadOf(feature: number, people: readonly (readonly TrainingRow[])[]): number {
  const own = people.map((rows) => {
    const values = rows.map(({ vector }) => vector[feature] ?? 0);
    const middle = quantile(values, 0.5);
    return values.reduce((sum, value) => sum + Math.abs(value - middle), 0) / values.length;
  });
  return Math.max(0.005, Number(quantile(own, 0.5).toFixed(3)));
}

/** Three digits of each. */
function rounded(constants: EvidenceConstants): EvidenceConstants {
  const copy = { ...constants };
  for (const key of Object.keys(copy) as (keyof EvidenceConstants)[]) copy[key] = Number(copy[key].toPrecision(3));
  return copy;
}

function backgroundOf(histories: readonly RowHistory[], options: BackgroundOptions): Background | undefined {
  const users = histories.map(({ rows }, i) => ({ id: String(i), rows }));
  const fitted = fitBackground(users, options);
  return fitted.ok ? fitted.value : undefined;
}

const { tf } = await loadTensorflow('auto');
const only = process.argv[2];
for (const page of pages.filter(({ name }) => only === undefined || name === only)) {
  const { path, name, source } = page;
  const people = await peopleOf(page);
  const spreads = page.catalogue.features.map((_, feature) => spreadOf(feature, people));
  const catalogue = { ...page.catalogue, referenceSpread: Float32Array.from(spreads) };
  const scores = await outOfFoldDetectorScores({ tf, catalogue, seed: 1 }, people.map(ownHistory));
  const units = (detector: 'autoencoder' | 'distance') => {
    const { location, scale } = constantUnits(scores.map((own) => own[detector]));
    return { location: Number(location.toFixed(3)), scale: Number(scale.toFixed(3)) };
  };
  const histories = people.map(ownHistory);
  const measured = async (background: Background | undefined) => {
    const fusion = { version: 1, detectors: { autoencoder: units('autoencoder'), distance: units('distance') } };
    const measuredCatalogue = { ...catalogue, fusion };
    const started = background !== undefined && startedModalities.includes(catalogue.modality);
    const options = { ...networkOptions(measuredCatalogue, 1), referenceSpread: catalogue.referenceSpread };
    const start = started
      ? await fitCohortStart(
          tf,
          histories.map(({ rows }) => rows),
          options,
        )
      : undefined;
    const context = { tf, catalogue: measuredCatalogue, seed: 1, background, start };
    const { oneClass, cohort } = catalogue.evidenceRules;
    const rule = background === undefined ? oneClass : cohort;
    return rounded(measureEvidenceConstants(await outOfFoldScores(context, histories), rule));
  };
  const oneClass = await measured(undefined);
  const evidence = JSON.stringify({ oneClass, cohort: await measured(backgroundOf(histories, page.background)) });
  const lines = Array.from(
    { length: Math.ceil(spreads.length / 12) },
    (_, line) => `  ...[${spreads.slice(line * 12, line * 12 + 12).join(', ')}],`,
  );
  await writeFile(
    path,
    `import type { EvidenceConstants } from '../sequential/evidence-constants.ts';
import type { WindowFusion } from '../words/catalogue.ts';

/**
 * Median over ${people.length} people of each person's mean absolute deviation, in catalogue order, rounded to 0.001
 * (${source}). Written by \`scripts/generate-window-constants.ts\`.
 */
export const ${name}ReferenceSpread = Float32Array.of(
${lines.join('\n')}
);

/** Units of the detectors' scores, of the same people's windows by models that had not seen their session. */
export const ${name}Fusion: WindowFusion = {
  version: 1,
  detectors: { autoencoder: ${JSON.stringify(units('autoencoder'))}, distance: ${JSON.stringify(units('distance'))} },
};

/** What is usual of these scores, fused: by themselves, and with the other people as background. */
export const ${name}Evidence: { oneClass: EvidenceConstants; cohort: EvidenceConstants } = ${evidence};
`,
  );
  execFileSync('npx', ['biome', 'check', '--write', path], { stdio: 'inherit' });
  process.stdout.write(`wrote ${path}\n`);
}
