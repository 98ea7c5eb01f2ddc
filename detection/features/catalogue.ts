import type { Catalogue } from '../words/catalogue.ts';
import type { ModelledModality } from '../words/template.ts';
import { keystrokeCatalogue } from './keystroke-catalogue.ts';
import { pointerCatalogue } from './pointer-catalogue.ts';

const catalogues: readonly Catalogue[] = [keystrokeCatalogue, pointerCatalogue];

/** The catalogue of a modality in the given version; `undefined` where this build does not know it. */
export function catalogueFor(modality: ModelledModality, version: number): Catalogue | undefined {
  return catalogues.find((known) => known.modality === modality && known.version === version);
}

/** The catalogue that new vectors of a modality are written in. */
export function currentCatalogue(modality: ModelledModality): Catalogue {
  return modality === 'keystrokes' ? keystrokeCatalogue : pointerCatalogue;
}
