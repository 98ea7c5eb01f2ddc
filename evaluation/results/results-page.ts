import { figureInWords, standingInWords } from '../suites/assessment.ts';
import type { Curve } from '../suites/suite.ts';
import type { SuiteName } from '../suites/suites.ts';
import { reaches, type Target, targets } from '../suites/targets.ts';
import type { RecordedFigure, RecordedSuite } from './recorded-suite.ts';

/** `evaluation/RESULTS.md`: what was measured beside what was promised, from the records alone. */
export function resultsPage(recorded: readonly RecordedSuite[]): string {
  const bySuite = new Map<SuiteName, RecordedSuite>(recorded.map((each) => [each.suite, each]));
  const rows = targets.map((target) => row(target, bySuite.get(target.suite)?.full.promised[target.path]));
  return `# Results

Written by \`npx tsx scripts/generate-results.ts\` from \`evaluation/results/*.json\`; do not edit. Measure a suite anew with
\`npx tsx scripts/generate-results.ts --measure cmu\` (or \`all\`): recordings are found as \`gaitkeeper evaluate\` finds them. A short form of every suite
runs in the tests and fails when a figure is worse than recorded by more than its noise.

Higher score = stranger. EER, FAR and FRR as in ISO/IEC 19795-1; *measured* is the mean over seeds; *noise* is the standard deviation over seeds,
then 95 % over users (drawn with replacement). *least* and *here for* are what was promised.

| suite | figure | measured | noise | least | here for |
| --- | --- | --- | --- | --- | --- |
${rows.join('\n')}

${recorded.map(suiteText).join('\n')}`;
}

function row(target: Target, figure: RecordedFigure | undefined): string {
  const measured = figure?.measured ?? null;
  const standing = (asked: number | null) => standingInWords(asked, reaches(target, measured, asked));
  const cells = [
    target.suite,
    target.meaning,
    figureInWords(measured),
    figure === undefined ? '-' : noiseInWords(figure),
    standing(target.least),
    standing(target.hereFor),
  ];
  return `| ${cells.map(cell).join(' | ')} |`;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

function noiseInWords({ overSeeds, usersFrom, usersTo }: RecordedFigure): string {
  const seeds = overSeeds === null ? [] : [`±${figureInWords(overSeeds)}`];
  const users =
    usersFrom === null || usersTo === null ? [] : [`${figureInWords(usersFrom)} to ${figureInWords(usersTo)}`];
  return [...seeds, ...users].join('; ') || '-';
}

/** The other kinds have too many points for a table; the report draws them. */
const curvesInWords: readonly Curve['id'][] = ['enrolment-size', 'cohort-size'];

function curveTable({ title, xLabel, yLabel, series }: Curve): string[] {
  const xs = [...new Set(series.flatMap(({ points }) => points.map(({ x }) => x)))].sort((a, b) => a - b);
  const lines = series.map(({ name, points }) => {
    const at = new Map(points.map(({ x, y }) => [x, figureInWords(y)]));
    return `| ${[name, ...xs.map((x) => at.get(x) ?? '-')].map(cell).join(' | ')} |`;
  });
  return [
    `${title}: ${yLabel}`,
    '',
    `| ${[xLabel, ...xs.map(String)].map(cell).join(' | ')} |`,
    `| ${['', ...xs].map(() => '---').join(' | ')} |`,
    ...lines,
    '',
  ];
}

function suiteText({ suite, recordings, full }: RecordedSuite): string {
  const sets = Object.entries(recordings).map(
    ([name, { files, bytes }]) => `\`${name}\` (${files} files, ${(bytes / 2 ** 20).toFixed(1)} MiB)`,
  );
  const scores = Object.entries(full.scoreSets).map(
    ([name, { users, genuine, impostor }]) => `| ${cell(name)} | ${users} | ${genuine} | ${impostor} |`,
  );
  const promised = targets.some((target) => target.suite === suite && target.least !== null);
  const unpromised = promised ? [] : Object.entries(full.figures);
  return [
    `## ${suite}`,
    '',
    `${full.seeds} seeds on ${full.backend}, on ${sets.join(' and ')}. Repeat: \`gaitkeeper evaluate --suite ${suite} --seeds ${full.seeds}\`.`,
    '',
    ...full.notes.split('\n').map((note) => `- ${note}`),
    '',
    ...(scores.length === 0
      ? []
      : ['| score set | users | genuine scores | impostor scores |', '| --- | --- | --- | --- |', ...scores, '']),
    ...full.curves.filter(({ id }) => curvesInWords.includes(id)).flatMap(curveTable),
    ...(unpromised.length === 0
      ? []
      : [
          '| figure | measured |',
          '| --- | --- |',
          ...unpromised.map(([path, value]) => `| ${cell(path)} | ${figureInWords(value)} |`),
          '',
        ]),
  ].join('\n');
}
