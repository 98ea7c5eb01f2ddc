import {
  type Background,
  type BackgroundOptions,
  fitBackground,
  pointerBackgroundOptions,
  typingBackgroundOptions,
} from '../detection/cohort/background.ts';
import { packBackground } from '../detection/cohort/packed-likelihood-ratio.ts';
import { currentCatalogue } from '../detection/features/catalogue.ts';
import type { BackgroundModel, ModelledModality } from '../detection/words/template.ts';
import { maxCohortSubjects } from './cohort-history.ts';
import type { SubjectHistory } from './training-subject.ts';

/** What people of a tenant in general are like, by modality. */
export type TenantBackgrounds = ReadonlyMap<ModelledModality, Background>;

/** One-class mode. */
export const noBackgrounds: TenantBackgrounds = new Map();

const optionsOf: readonly (readonly [ModelledModality, BackgroundOptions])[] = [
  ['keystrokes', typingBackgroundOptions],
  ['pointer', pointerBackgroundOptions],
];

/**
 * The backgrounds of a tenant's accounts, where enough of them enrolled; of more than a background needs, every n-th lends its
 * windows. An account may be part of the background that it is compared with: it is one of many.
 */
export function fitBackgrounds(histories: readonly SubjectHistory[]): TenantBackgrounds {
  const backgrounds = new Map<ModelledModality, Background>();
  for (const [modality, options] of optionsOf) {
    const own = histories.filter((each) => each.modality === modality);
    const every = Math.max(1, Math.ceil(own.length / maxCohortSubjects));
    const lenders = own.filter((_, i) => i % every === 0);
    const fitted = fitBackground(
      lenders.map(({ subject, history }) => ({ id: subject, rows: history.rows })),
      options,
    );
    if (fitted.ok) backgrounds.set(modality, fitted.value);
  }
  return backgrounds;
}

/** The backgrounds as the cohort's template carries them. */
export function packBackgrounds(backgrounds: TenantBackgrounds): BackgroundModel[] {
  return [...backgrounds].map(([modality, background]) =>
    packBackground(background, { modality, catalogueVersion: currentCatalogue(modality).version }),
  );
}
