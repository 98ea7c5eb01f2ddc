import { strokeRegularity } from '../../detection/cadence-strokes.ts';
import { pointerCatalogue } from '../../detection/features/pointer-catalogue.ts';
import { packStrokes, type StrokeWindow } from '../../detection/features/stroke-window.ts';
import type { PointerStroke } from '../../detection/words/behaviour.ts';
import { createSeededRandom } from '../../platform/seeded-random.ts';
import { collectSession } from '../collector/collect-session.ts';
import { replayPointerOptions } from '../collector/pointer-collector.ts';
import type { Recordings } from '../recordings/recordings.ts';
import { pointerGenerators } from './pointer-generators.ts';

/** Strokes of the owners of a set, session by session. */
export interface PointerPerson {
  name: string;
  sessions: readonly (readonly PointerStroke[])[];
}

/** What the owners of accounts did, at most so many people; an impostor's sessions are left out. */
export async function loadPointing(recordings: Recordings, most = Number.POSITIVE_INFINITY): Promise<PointerPerson[]> {
  const people: PointerPerson[] = [];
  for await (const { name, sessions } of recordings.subjects()) {
    if (people.length >= most) break;
    const own = sessions.filter(({ actor }) => actor === 'owner');
    people.push({ name, sessions: own.map((session) => collectSession(session).flatMap((batch) => batch.pointer)) });
  }
  return people;
}

const batchStrokes = replayPointerOptions.maxStrokes;
/** Batches in the product's window of strokes. */
const windowBatches = Math.ceil(pointerCatalogue.windowSamples / batchStrokes);

/** The product's cadence evidence after each whole batch of 10 strokes, 1 at the limit. */
export function strokeStream(strokes: readonly PointerStroke[]): Float64Array {
  const batches: StrokeWindow[] = [];
  for (let at = 0; at + batchStrokes <= strokes.length; at += batchStrokes) {
    batches.push(packStrokes(strokes.slice(at, at + batchStrokes)));
  }
  return Float64Array.from(batches, (_, i) =>
    strokeRegularity(batches.slice(Math.max(0, i + 1 - windowBatches), i + 1)),
  );
}

const burstStrokes = 30;

/** Share of bursts, so many a seed, that the rules caught, by generator, within the first batch and within a whole window. */
export function pointerFigures(people: readonly PointerPerson[], seeds: readonly number[], burstsPerSeed: number) {
  const generators = pointerGenerators(people.map(({ sessions }) => sessions.flat()));
  return Object.fromEntries(
    generators.map(({ name, point }) => {
      const streams = seeds.flatMap((seed) => {
        const random = createSeededRandom(`pointer-injection/${seed}/${name}`);
        return Array.from({ length: burstsPerSeed }, () => strokeStream(point(burstStrokes, random)));
      });
      const caught = (batches: number) =>
        streams.filter((stream) => stream.subarray(0, batches).some((regularity) => regularity >= 1)).length /
        streams.length;
      return [name, { rules10: caught(1), rules30: caught(windowBatches) }];
    }),
  );
}

/** What the rules cost people: the share of their windows, a batch apart, that they call a machine's. */
export function falsePointerWindows(people: readonly PointerPerson[]) {
  const streams = people.map(({ sessions }) => sessions.map(strokeStream));
  const flaggedIn = (stream: Float64Array) => stream.filter((regularity) => regularity >= 1).length;
  const windows = streams.flat().reduce((sum, stream) => sum + stream.length, 0);
  return {
    falseWindowShare: streams.flat().reduce((sum, stream) => sum + flaggedIn(stream), 0) / windows,
    windows,
    people: people.length,
    peopleEverFlagged: streams.filter((sessions) => sessions.some((stream) => flaggedIn(stream) > 0)).length,
  };
}
