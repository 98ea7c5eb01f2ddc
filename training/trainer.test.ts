import { beforeAll, describe, expect, it } from '@jest/globals';
import { typingBackgroundOptions } from '../detection/cohort/background.ts';
import { currentCatalogue } from '../detection/features/catalogue.ts';
import { scoreWindow } from '../detection/window-score.ts';
import { createManualClock } from '../platform/clock.ts';
import { encodeTemplate, templateVersion } from '../templates/template-format.ts';
import { syntheticPerson, syntheticRows, syntheticSubjects } from '../test/samples/synthetic-windows.ts';
import { minimumCohortSubjects } from './cohort-history.ts';
import {
  createTrainer,
  minimumRowsToEnrol,
  type TrainingOutcome,
  type TrainingProgress,
  type TrainingRequest,
} from './trainer.ts';

const trainer = createTrainer({ clock: createManualClock() });
const request = (change: Partial<TrainingRequest> = {}): TrainingRequest => ({
  tenant: 'acme',
  subjects: syntheticSubjects(3),
  contract: { workingDaysPerFalseAlert: 20, windowsPerWorkingDay: 400 },
  seed: 7,
  trainedAtMs: 1_790_000_000_000,
  cohort: false,
  ...change,
});

const parentOf = (subject: string) => (subject.endsWith('1') ? 'ab'.repeat(32) : '');

describe('training', () => {
  /** Of three accounts, looked at from several sides: fitting is what takes the time here. */
  let trained: TrainingOutcome;
  const heard: TrainingProgress[] = [];
  beforeAll(async () => {
    trained = await trainer.train(request({ parentOf, onProgress: (progress) => heard.push(progress) }));
  });
  const versionsOf = ({ templates }: TrainingOutcome) => templates.map(({ version }) => version);

  it('gives every enrolled account a template that names what it was made from', () => {
    const { templates, refused } = trained;
    expect(refused).toEqual([]);
    expect(templates.map(({ subject }) => subject)).toEqual(syntheticSubjects(3).map(({ subject }) => subject));
    const [first, second] = templates;
    expect(first).toMatchObject({ tenant: 'acme', kind: 'own', seed: 7, sampleCount: 30, parent: 'ab'.repeat(32) });
    expect(second?.parent).toBe('');
    expect(first?.version).toBe(templateVersion(encodeTemplate(first!)));
    expect(first?.models.map(({ modality }) => modality)).toEqual(['keystrokes']);
  });

  it('gives the same bytes whatever the order of arrival, and on wasm whoever else is trained', async () => {
    const subjects = syntheticSubjects(3);
    async function* turned() {
      yield* [...subjects].reverse();
    }
    const versions = async (change: Partial<TrainingRequest>) =>
      versionsOf(await trainer.train(request({ parentOf, ...change })));
    const all = versionsOf(trained);
    expect(await versions({ subjects: turned() })).toEqual(all);
    const onWasm = trained.backend === 'wasm' ? all : await versions({ backend: 'wasm' });
    expect(await versions({ backend: 'wasm', subjects: subjects.slice(0, 1) })).toEqual(onWasm.slice(0, 1));
    expect(await versions({ seed: 8 })).not.toEqual(all);
  });

  it('refuses an account with too few windows, by name', async () => {
    const [subject] = syntheticSubjects(1, 1, minimumRowsToEnrol - 1);
    expect(await trainer.train(request({ subjects: [subject!] }))).toMatchObject({
      templates: [],
      refused: [
        { subject: subject?.subject, modality: 'keystrokes', reason: 'too-few-windows', had: minimumRowsToEnrol - 1 },
      ],
    });
  });

  it('refuses windows that are not of the catalogue or not finite', async () => {
    const [short, broken] = syntheticSubjects(2);
    const cut = short!.rows.keystrokes!.map((row) => ({ ...row, vector: row.vector.slice(1) }));
    broken!.rows.keystrokes![3]!.vector[0] = Number.NaN;
    const { refused } = await trainer.train(request({ subjects: [{ ...short!, rows: { keystrokes: cut } }, broken!] }));
    expect(refused.map(({ reason }) => reason)).toEqual(['malformed-windows', 'malformed-windows']);
  });

  it('refuses to train one subject twice', async () => {
    const [subject] = syntheticSubjects(1);
    await expect(trainer.train(request({ subjects: [subject!, subject!] }))).rejects.toThrow('twice');
  });

  it('calibrates on windows that the model had not seen', () => {
    const { templates } = trained;
    const person = syntheticPerson(1);
    const later = syntheticRows(person, 1, 60, 2);
    const model = templates[0]!.models[0]!;
    const { calibration } = model;
    const scores = later
      .map(({ vector }) => scoreWindow(currentCatalogue('keystrokes'), model, undefined, vector).score)
      .sort((a, b) => a - b);
    // New windows of the same person stand where the out-of-fold quantiles say; those of the fit itself would lie below.
    const median = scores[30]!;
    expect(Math.abs(median - calibration.location)).toBeLessThan(1.5 * calibration.scale);
    expect(calibration.threshold).toBeGreaterThan(0);
  });

  it('pools a cohort of enough accounts, and says so where there are too few', async () => {
    const few = await trainer.train(request({ cohort: true, subjects: syntheticSubjects(1) }));
    expect(few.cohort).toBeUndefined();
    expect(few.refused).toContainEqual({
      subject: '',
      modality: 'keystrokes',
      reason: 'too-few-subjects',
      had: 1,
      needed: minimumCohortSubjects,
    });
    const eight = syntheticSubjects(minimumCohortSubjects, 2, minimumRowsToEnrol / 2);
    const enough = await trainer.train(request({ cohort: true, subjects: eight }));
    expect(enough.cohort).toMatchObject({ kind: 'cohort', subject: '' });
    expect(enough.templates).toHaveLength(minimumCohortSubjects);
    expect(enough.cohort?.models[0]?.calibration.location).toBeGreaterThan(0);
  });

  it('starts networks from what people have in common where the tenant keeps a background, and only there', async () => {
    const crowd = syntheticSubjects(typingBackgroundOptions.leastUsers, 2, minimumRowsToEnrol / 2);
    const first = async (change: Partial<TrainingRequest>) =>
      (await trainer.train(request({ backend: 'wasm', ...change }))).templates[0]!.models[0]!;
    const alone = await first({ subjects: crowd.slice(0, 1), cohort: true });
    const together = await first({ subjects: crowd, cohort: true });
    expect([alone.likelihoodRatio === null, together.likelihoodRatio === null]).toEqual([true, false]);
    expect(together.scaler).toEqual(alone.scaler);
    expect(together.autoencoder).not.toEqual(alone.autoencoder);
  });

  it('tells how far it is, up to the end', () => {
    expect(heard.at(-1)).toMatchObject({ doneModels: 3, totalModels: 3, remainingMs: 0 });
    for (const [i, { doneModels }] of heard.entries())
      expect(doneModels).toBeGreaterThanOrEqual(heard[i - 1]?.doneModels ?? 0);
  });
});
