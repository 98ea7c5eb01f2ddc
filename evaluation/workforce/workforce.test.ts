import { describe, expect, it } from '@jest/globals';
import { collectSession } from '../collector/collect-session.ts';
import { equalErrorRate } from '../metrics/equal-error-rate.ts';
import type { RecordedSubject } from '../recordings/recordings.ts';
import { createWorkforce, type WorkforceOptions } from './workforce.ts';

async function people(options: Partial<WorkforceOptions>): Promise<RecordedSubject[]> {
  const subjects: RecordedSubject[] = [];
  for await (const subject of createWorkforce(options).subjects()) subjects.push(subject);
  return subjects;
}

/** A crude detector, enough to ask whether people differ: capped distance of mean log timings from the enrolled ones. */
function keyTraits(session: RecordedSubject['sessions'][number]): number[][] {
  const batches = collectSession({ keystrokes: session.keystrokes, pointer: [] });
  const traits: number[][] = [];
  for (let i = 0; i + 4 <= batches.length; i += 4) {
    const samples = batches.slice(i, i + 4).flatMap((batch) => batch.keystrokes);
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
    const flights = samples.flatMap((sample) =>
      sample.pressPressMs === null ? [] : [Math.log(sample.pressPressMs + 5)],
    );
    const holds = samples.map((sample) => Math.log(sample.holdMs + 5));
    const rollover = samples.map((sample) => ((sample.releasePressMs ?? 0) < 0 ? 1 : 0));
    traits.push([mean(holds), mean(flights), mean(rollover)]);
  }
  return traits;
}

function strangeness(enrolled: number[][], traits: number[]): number {
  return traits.reduce((sum, trait, index) => {
    const values = enrolled.map((row) => row[index] ?? 0);
    const mean = values.reduce((total, value) => total + value, 0) / values.length;
    const spread = values.reduce((total, value) => total + Math.abs(value - mean), 0) / values.length + 0.01;
    return sum + Math.min(4, Math.abs(trait - mean) / spread);
  }, 0);
}

describe('synthetic workforce', () => {
  it('is the same for the same seed, and a worker does not change when others join', async () => {
    const small = await people({ seed: 3, workers: 2, keysPerSession: 60, strokesPerSession: 10 });
    const large = await people({ seed: 3, workers: 4, keysPerSession: 60, strokesPerSession: 10 });
    const other = await people({ seed: 4, workers: 2, keysPerSession: 60, strokesPerSession: 10 });
    expect(large.slice(0, 2)).toEqual(small);
    expect(other).not.toEqual(small);
  });

  it('works as asked: sessions, keys, strokes, and raw events that move forward in time', async () => {
    const [worker] = await people({
      workers: 1,
      enrolmentSessions: 3,
      laterSessions: 2,
      keysPerSession: 130,
      strokesPerSession: 35,
    });
    expect(worker?.sessions.map((session) => session.part)).toEqual([
      'enrolment',
      'enrolment',
      'enrolment',
      'later',
      'later',
    ]);
    for (const session of worker?.sessions ?? []) {
      const batches = collectSession(session);
      expect(session.keystrokes).toHaveLength(130);
      expect(batches.flatMap((batch) => batch.keystrokes)).toHaveLength(130);
      const strokes = batches.flatMap((batch) => batch.pointer);
      expect(Math.abs(strokes.length - 35)).toBeLessThanOrEqual(4);
      expect(new Set(strokes.map((stroke) => stroke.kind)).has('click')).toBe(true);
      for (const times of [
        session.keystrokes.map((key) => key.pressMs),
        session.pointer.map((event) => event.timeMs),
      ]) {
        expect(times.every((time, index) => time >= (times[index - 1] ?? 0))).toBe(true);
      }
      const clocks = batches.map((batch) => batch.deviceClockMs);
      expect(clocks).toEqual([...clocks].sort((a, b) => a - b));
    }
  });

  it('types like people: rollover, pauses, corrections, and no two keys alike', async () => {
    const workers = await people({ workers: 12, strokesPerSession: 0 });
    const samples = workers.flatMap((worker) =>
      worker.sessions.flatMap((session) => collectSession(session).flatMap((batch) => batch.keystrokes)),
    );
    const share = (wanted: (sample: (typeof samples)[number]) => boolean) =>
      samples.filter(wanted).length / samples.length;
    expect(share((sample) => (sample.releasePressMs ?? 0) < 0)).toBeGreaterThan(0.05);
    expect(share((sample) => (sample.releasePressMs ?? 0) < 0)).toBeLessThan(0.5);
    expect(share((sample) => sample.pressPressMs === null)).toBeGreaterThan(0.002);
    expect(share((sample) => sample.zonePair % 6 === 3)).toBeGreaterThan(0.005);
    expect(new Set(samples.map((sample) => sample.holdMs)).size).toBeGreaterThan(30);
  });

  it('is distinguishable and overlapping: a crude detector errs, but far less than chance', async () => {
    const workers = await people({ seed: 11, workers: 16, strokesPerSession: 0 });
    const errorRates = workers.map((worker) => {
      const traits = (who: RecordedSubject, part: string) =>
        who.sessions.filter((session) => session.part === part).flatMap(keyTraits);
      const enrolled = traits(worker, 'enrolment');
      const score = (rows: number[][]) => rows.map((row) => strangeness(enrolled, row));
      const strangers = workers.filter((other) => other !== worker).flatMap((other) => traits(other, 'later'));
      return equalErrorRate(score(traits(worker, 'later')), score(strangers));
    });
    const mean = errorRates.reduce((sum, rate) => sum + rate, 0) / errorRates.length;
    expect(mean).toBeGreaterThan(0.02);
    expect(mean).toBeLessThan(0.3);
  });
});
