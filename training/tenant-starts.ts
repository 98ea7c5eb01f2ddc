import { currentCatalogue } from '../detection/features/catalogue.ts';
import type { Autoencoder, ModelledModality } from '../detection/words/template.ts';
import { fitCohortStart } from './cohort-start.ts';
import { networkOptions } from './model-fitting.ts';
import type { TenantBackgrounds } from './tenant-backgrounds.ts';
import type { Tensorflow } from './tensorflow.ts';
import type { SubjectHistory } from './training-subject.ts';

/** Modalities for which a start was measured to help. */
export const startedModalities: readonly ModelledModality[] = ['keystrokes'];

/**
 * What the networks of a tenant's accounts start from, by modality; nothing where there is no background, so in one-class mode
 * nobody's windows reach another's model. An account may have lent windows to its own start: it is one of many.
 */
export async function fitStarts(
  tf: Tensorflow,
  backgrounds: TenantBackgrounds,
  histories: readonly SubjectHistory[],
  seed: number,
): Promise<ReadonlyMap<ModelledModality, readonly Autoencoder[]>> {
  const starts = new Map<ModelledModality, readonly Autoencoder[]>();
  for (const modality of startedModalities.filter((each) => backgrounds.has(each))) {
    const catalogue = currentCatalogue(modality);
    const own = histories.filter((each) => each.modality === modality).map(({ history }) => history.rows);
    const options = { ...networkOptions(catalogue, seed), referenceSpread: catalogue.referenceSpread };
    starts.set(modality, await fitCohortStart(tf, own, options));
  }
  return starts;
}
