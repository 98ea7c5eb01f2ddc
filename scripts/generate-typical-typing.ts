/**
 * Writes `detection/features/typical-typing.ts` from recordings of free text that permit it (Villani, BSD-3-Clause):
 * rounded centres and spreads by zone pair, and three shapes. `npx tsx scripts/generate-typical-typing.ts`.
 */
import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';

import {
  lnHold,
  lnPressPress,
  releasePressOffset,
  signedLnReleasePress,
} from '../detection/features/typing-quantities.ts';
import { zonePairCount, zones } from '../detection/words/behaviour.ts';
import { quantile } from '../evaluation/metrics/quantile.ts';
import { openNamedRecordings } from '../evaluation/recordings/open-recordings.ts';
import { loadTyping } from '../evaluation/typing/typing-recordings.ts';

const page = 'detection/features/typical-typing.ts';
/** A pair with fewer keystrokes is taken as typical of its second zone. */
const fewestPerPair = 200;
const levels = [0.001, 0.01, ...Array.from({ length: 19 }, (_, i) => 0.05 * (i + 1)), 0.99, 0.999];

interface Timing {
  pair: number;
  value: number;
}

const opened = await openNamedRecordings('villani-freetext');
if (!opened.ok) throw new Error(opened.detail);
const subjects = await loadTyping(opened.value);
const [holds, pressPress, releasePress]: [Timing[], Timing[], Timing[]] = [[], [], []];
for (const { enrolment } of subjects) {
  for (const session of enrolment) {
    for (const [i, pair] of session.zonePair.entries()) {
      holds.push({ pair, value: lnHold[session.holdSteps[i] ?? 0] ?? 0 });
      const steps = session.pressPressSteps[i] ?? -1;
      if (steps < 0) continue;
      pressPress.push({ pair, value: lnPressPress[steps] ?? 0 });
      const release = (session.releasePressSteps[i] ?? 0) + releasePressOffset;
      releasePress.push({ pair, value: signedLnReleasePress[release] ?? 0 });
    }
  }
}

function rounded(value: number, step: number): number {
  return Number((Math.round(value / step) * step + 0).toFixed(3));
}

/** Median and mean absolute deviation. */
function centreAndSpread(values: readonly number[]): { centre: number; spread: number } {
  const centre = rounded(quantile(values, 0.5), 0.05);
  const spread = values.reduce((sum, value) => sum + Math.abs(value - centre), 0) / values.length;
  return { centre, spread: Math.max(rounded(spread, 0.05), 0.05) };
}

function tableOf(timings: readonly Timing[]): { rows: { centre: number; spread: number }[]; shape: number[] } {
  const of = (belongs: (pair: number) => boolean) =>
    timings.filter(({ pair }) => belongs(pair)).map(({ value }) => value);
  const rows = Array.from({ length: zonePairCount }, (_, pair) => {
    const own = of((each) => each === pair);
    if (own.length >= fewestPerPair) return centreAndSpread(own);
    const zone = of((each) => each % zones.length === pair % zones.length);
    return centreAndSpread(zone.length >= fewestPerPair ? zone : of(() => true));
  });
  const standard = timings.map(({ pair, value }) => {
    const { centre, spread } = rows[pair] ?? { centre: 0, spread: 1 };
    return (value - centre) / spread;
  });
  return { rows, shape: levels.map((level) => rounded(quantile(standard, level), 0.01)) };
}

function table(name: string, what: string, { rows, shape }: ReturnType<typeof tableOf>): string {
  const matrix = (pick: (row: { centre: number; spread: number }) => number) =>
    zones
      .map((from, z) => {
        const cells = rows.slice(z * zones.length, (z + 1) * zones.length).map(pick);
        return `    ...[${cells.join(', ')}], // from ${from}`;
      })
      .join('\n');
  return `/** ${what} */
export const ${name}: TypicalTiming = {
  centre: Float64Array.of(
${matrix(({ centre }) => centre)}
  ),
  spread: Float64Array.of(
${matrix(({ spread }) => spread)}
  ),
  shape: Float64Array.of(${shape.join(', ')}),
};
`;
}

await writeFile(
  page,
  `/**
 * What typing between two zones typically takes, for anyone: centre (median) and spread (mean absolute deviation) by zone
 * pair, rounded to 0.05, and one shape for all pairs. Taken from the first four sessions of ${subjects.length} people of the Villani
 * free-text recordings (BSD-3-Clause) by \`scripts/generate-typical-typing.ts\`; a pair that is rarely typed has the values of
 * its second zone. A table of such few numbers was measured to tell people apart as well as full histograms do.
 */
export interface TypicalTiming {
  /** By zone pair, \`previous * 6 + current\`: left, right, space, backspace, modifier, other. */
  centre: Float64Array;
  /** Positive; likewise. */
  spread: Float64Array;
  /** Quantiles of \`(value - centre) / spread\` at {@link typicalLevels}, ascending. */
  shape: Float64Array;
}

/** The shares that the shapes are quantiles of. */
export const typicalLevels = Float64Array.of(${levels.map((level) => rounded(level, 0.001)).join(', ')});

${table('typicalHold', 'ln ms.', tableOf(holds))}
${table('typicalPressPress', 'ln ms.', tableOf(pressPress))}
${table('typicalReleasePress', '`sign(x) ln(1 + |x| / 50 ms)`.', tableOf(releasePress))}`,
);
execFileSync('npx', ['biome', 'check', '--write', page], { stdio: 'inherit' });
process.stdout.write(`wrote ${page}\n`);
