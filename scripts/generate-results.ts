/**
 * Writes `evaluation/RESULTS.md` and the picture in `docs/detection.md` from the records in `evaluation/results/`. With `--measure <suite>` (or `all`) it first
 * measures that suite in its full and short form and writes its record; `--datasets` and `--backend` as in `gaitkeeper evaluate`.
 */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { createProgress } from '../cli/progress.ts';
import { datasetsDirectory } from '../evaluation/recordings/open-recordings.ts';
import { curvePicture } from '../evaluation/report/curve-picture.ts';
import { measureSuite } from '../evaluation/results/measure-suite.ts';
import { readRecorded, writeRecorded } from '../evaluation/results/recorded-suite.ts';
import { resultsPage } from '../evaluation/results/results-page.ts';
import { missingRecordings, suites } from '../evaluation/suites/suites.ts';
import { loadTensorflow, trainingBackends } from '../training/tensorflow.ts';

const { values: flags } = parseArgs({
  options: {
    measure: { type: 'string' },
    datasets: { type: 'string', default: datasetsDirectory() ?? '' },
    backend: { type: 'string', default: 'auto' },
  },
});

const chosen = suites.filter(({ name }) => flags.measure === name || flags.measure === 'all');
if (flags.measure !== undefined && chosen.length === 0) {
  throw new Error(`there is no suite ${flags.measure}: ${suites.map(({ name }) => name).join(', ')}, all`);
}
const wanted = trainingBackends.find((backend) => backend === flags.backend);
if (wanted === undefined) throw new Error(`--backend is one of ${trainingBackends.join(', ')}`);

const progress = createProgress({ stream: process.stderr, quiet: false });
for (const suite of chosen) {
  const missing = missingRecordings([...suite.recordings, ...suite.alsoReads], flags.datasets);
  if (missing.length > 0) {
    process.stderr.write(`${suite.name} is left as it was: no ${missing.join(' and no ')} in '${flags.datasets}'\n`);
    continue;
  }
  const { backend } = await loadTensorflow(wanted);
  let step = '';
  const recorded = await measureSuite(suite, {
    datasets: flags.datasets,
    backend,
    onStep(words, done, total) {
      if (words !== step) progress.begin(`${suite.name}: ${words}`, total);
      step = words;
      progress.advance(done);
    },
  });
  progress.end();
  process.stdout.write(`wrote ${writeRecorded(recorded)}\n`);
}

// npm runs scripts in the project's root.
await writeFile('evaluation/RESULTS.md', resultsPage(suites.flatMap(({ name }) => readRecorded(name) ?? [])));
process.stdout.write('wrote evaluation/RESULTS.md\n');
const takeOver = readRecorded('villani')?.full.curves.find(({ id }) => id === 'time-to-detect');
if (takeOver !== undefined) {
  await writeFile('docs/take-over.svg', await curvePicture(takeOver));
  process.stdout.write('wrote docs/take-over.svg\n');
}
