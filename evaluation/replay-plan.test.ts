import { describe, expect, it } from '@jest/globals';
import type { RecordedSession, RecordedSubject, Recordings } from './recordings/recordings.ts';
import { batchesOf, collectorBatch, planReplay } from './replay-plan.ts';
import { createWorkforce } from './workforce/workforce.ts';

const workforce = createWorkforce({ seed: 2, workers: 6, keysPerSession: 200, strokesPerSession: 0 });

function labelledRecordings(): Recordings {
  const pointer: RecordedSession['pointer'] = Array.from({ length: 60 }, (_, stroke) =>
    Array.from({ length: 6 }, (_, i) => ({
      timeMs: stroke * 2_000 + i * 8,
      state: 'Move' as const,
      x: i * 9,
      y: stroke,
    })),
  ).flat();
  const session = (name: string, part: RecordedSession['part'], actor: RecordedSession['actor']): RecordedSession => ({
    name,
    part,
    actor,
    keystrokes: [],
    pointer,
  });
  const subject: RecordedSubject = {
    name: 'user1',
    sessions: [
      session('1', 'enrolment', 'owner'),
      session('2', 'later', 'impostor'),
      session('3', 'later', 'impostor'),
      session('4', 'later', 'owner'),
    ],
  };
  async function* subjects(): AsyncGenerator<RecordedSubject> {
    yield subject;
  }
  return { ...workforce, name: 'balabit', modality: 'pointer', labelled: true, inputRoute: 'remote-desktop', subjects };
}

describe('replay plan', () => {
  it('is the same for the same recordings and seed, and another for another seed', async () => {
    const plan = await planReplay(workforce, { seed: 4 });
    expect(await planReplay(workforce, { seed: 4 })).toEqual(plan);
    expect((await planReplay(workforce, { seed: 5 })).swaps).not.toEqual(plan.swaps);
  });

  it('names nobody: ids are 32 hexadecimal digits, each used once', async () => {
    const plan = await planReplay(workforce);
    const ids = plan.subjects.flatMap((subject) => [
      subject.id,
      subject.device,
      ...[...subject.enrolment, ...subject.later].map((session) => session.id),
    ]);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{32}$/);
    expect(JSON.stringify(plan)).not.toContain('worker-');
  });

  it('numbers the batches of a device from 0 without a hole, enrolment first', async () => {
    for (const subject of (await planReplay(workforce)).subjects) {
      expect(batchesOf(subject).map((batch) => batch.sequence)).toEqual(batchesOf(subject).map((_, index) => index));
      expect(subject.enrolment).toHaveLength(4);
      expect(subject.later).toHaveLength(2);
      expect(subject.enrolment.every((session) => session.batches.every((batch) => batch.origin === 'owner'))).toBe(
        true,
      );
    }
  });

  it("lets another person take over half of the desks, to the end, in behaviour that is really the other's", async () => {
    const plan = await planReplay(workforce, { seed: 4 });
    const untouched = await planReplay(workforce, { seed: 4, impostorShare: 0 });
    expect(untouched.swaps).toEqual([]);
    expect(plan.swaps).toHaveLength(3);
    for (const swap of plan.swaps) {
      const subject = plan.subjects.find((candidate) => candidate.id === swap.subject);
      const batches = subject === undefined ? [] : batchesOf(subject);
      expect(batches.at(-1)?.sequence).toBe(swap.toSequence);
      const foreign = batches.filter((batch) => batch.origin === 'impostor');
      expect(foreign.map((batch) => batch.sequence)[0]).toBe(swap.fromSequence);
      expect(foreign).toHaveLength(swap.toSequence - swap.fromSequence + 1);
      const stranger = untouched.subjects.find((candidate) =>
        candidate.later[0]?.batches[0]?.content.keystrokes === undefined
          ? false
          : JSON.stringify(candidate.later[0].batches[0].content) === JSON.stringify(foreign[0]?.content),
      );
      expect(stranger).toBeDefined();
      expect(stranger?.id).not.toBe(swap.subject);
    }
  });

  it("plugs injectors into other desks than the impostors'", async () => {
    const plan = await planReplay(workforce, { seed: 4, injectorShare: 0.5, injector: 'human-marginals' });
    const by = (origin: string) => plan.swaps.filter((swap) => swap.origin === origin).map((swap) => swap.subject);
    expect(by('injector')).toHaveLength(3);
    expect(by('impostor').filter((subject) => by('injector').includes(subject))).toEqual([]);
  });

  it('replays labelled sessions as they are, each foreign one a swap of its own', async () => {
    const plan = await planReplay(labelledRecordings());
    expect(plan.labelled).toBe(true);
    expect(plan.swaps.map(({ fromSequence, toSequence }) => [fromSequence, toSequence])).toEqual([
      [6, 11],
      [12, 17],
    ]);
    expect(plan.subjects[0]?.later[2]?.batches.every((batch) => batch.origin === 'owner')).toBe(true);
    expect(plan.subjects[0]?.later[0]?.batches[0]?.content.context.inputRoute).toBe('remote-desktop');
  });

  it('keeps to its bounds on subjects and enrolment', async () => {
    const plan = await planReplay(workforce, { maxSubjects: 3, maxEnrolmentBatches: 5 });
    expect(plan.subjects).toHaveLength(3);
    for (const subject of plan.subjects)
      expect(subject.enrolment.flatMap((session) => session.batches)).toHaveLength(5);
  });

  it('makes a batch as a collector sends it: named, unstamped, without the origin', async () => {
    const plan = await planReplay(workforce, { maxSubjects: 1, impostorShare: 0 });
    const [subject] = plan.subjects;
    const [batch] = subject === undefined ? [] : batchesOf(subject);
    if (subject === undefined || batch === undefined) throw new Error('the plan is empty');
    const sent = collectorBatch(subject, batch);
    expect(sent).toMatchObject({
      tenant: '',
      subject: subject.id,
      device: subject.device,
      sequence: 0,
      receivedAtMs: 0,
    });
    expect(sent.keystrokes).toBe(batch.content.keystrokes);
    expect(Object.keys(sent)).not.toContain('origin');
  });
});
