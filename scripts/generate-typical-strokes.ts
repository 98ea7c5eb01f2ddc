/**
 * Writes `detection/features/typical-strokes.ts` from recordings that permit it (SapiMouse, MIT): median and mean absolute
 * deviation of every number of a stroke. `npx tsx scripts/generate-typical-strokes.ts`.
 */
import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { fitStrokeUnits } from '../detection/features/stroke-embedding.ts';
import { readStrokeAccounts } from '../evaluation/pointer/stroke-accounts.ts';
import { openNamedRecordings } from '../evaluation/recordings/open-recordings.ts';

const page = 'detection/features/typical-strokes.ts';
const perLine = 10;

const opened = await openNamedRecordings('sapimouse');
if (!opened.ok) throw new Error(opened.detail);
const accounts = await readStrokeAccounts(opened.value);
const strokes = accounts.flatMap(({ enrolment }) => enrolment.flatMap((session) => session.strokes));
const { centre, spread } = fitStrokeUnits(strokes);

function lines(values: Float64Array): string {
  const rounded = Array.from(values, (value) => Number(value.toFixed(3)));
  const rows = Array.from({ length: Math.ceil(rounded.length / perLine) }, (_, row) =>
    rounded.slice(row * perLine, (row + 1) * perLine),
  );
  return rows.map((row) => `    ...[${row.join(', ')}],`).join('\n');
}

await writeFile(
  page,
  `import type { StrokeUnits } from './stroke-embedding.ts';

/**
 * What a stroke is typically like, for anyone: in the order of \`strokeFeatures\`, rounded to 0.001. Taken from the 3-minute
 * sessions of ${accounts.length} people (${strokes.length.toLocaleString('en')} strokes, SapiMouse recordings, MIT) by \`scripts/generate-typical-strokes.ts\`.
 */
export const typicalStrokes: StrokeUnits = {
  centre: Float64Array.of(
${lines(centre)}
  ),
  spread: Float64Array.of(
${lines(spread)}
  ),
};
`,
);
execFileSync('npx', ['biome', 'check', '--write', page], { stdio: 'inherit' });
process.stdout.write(`wrote ${page}\n`);
