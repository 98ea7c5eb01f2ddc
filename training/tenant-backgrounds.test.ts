import { describe, expect, it } from '@jest/globals';
import { pointerBackgroundOptions, typingBackgroundOptions } from '../detection/cohort/background.ts';
import type { ModelledModality } from '../detection/words/template.ts';
import { syntheticPerson, syntheticRows } from '../test/samples/synthetic-windows.ts';
import { fitBackgrounds, packBackgrounds } from './tenant-backgrounds.ts';
import type { SubjectHistory } from './training-subject.ts';

/** So many accounts with windows of one modality. */
function histories(modality: ModelledModality, accounts: number): SubjectHistory[] {
  return Array.from({ length: accounts }, (_, i) => {
    const person = syntheticPerson(i + 1, modality);
    const rows = syntheticRows(person, 2, 8).map(({ vector }) => vector);
    const order = rows.map((_row, row) => row);
    return {
      subject: person.subject,
      modality,
      history: { rows, order, recency: true, folds: [], sessionStarts: [0, 8] },
    };
  });
}

describe("a tenant's backgrounds", () => {
  it('are fitted for each modality that enough accounts enrolled in', () => {
    const few = [
      ...histories('keystrokes', typingBackgroundOptions.leastUsers - 1),
      ...histories('pointer', pointerBackgroundOptions.leastUsers),
    ];
    expect([...fitBackgrounds(few).keys()]).toEqual(['pointer']);
    const enough = [...histories('keystrokes', typingBackgroundOptions.leastUsers), ...few.slice(-1)];
    expect([...fitBackgrounds(enough).keys()]).toEqual(['keystrokes']);
    expect([...fitBackgrounds([]).keys()]).toEqual([]);
  });

  it('are packed with the catalogue that they speak of, and how many lent their windows', () => {
    const backgrounds = fitBackgrounds(histories('pointer', 12));
    expect(packBackgrounds(backgrounds)).toMatchObject([{ modality: 'pointer', catalogueVersion: 2, subjects: 12 }]);
  });
});
