import { createHash } from 'node:crypto';
import type { Catalogue } from '../detection/words/catalogue.ts';

/** SHA-256 over the feature names in order: a catalogue that changed without a new version is noticed. */
export function featuresHash({ features }: Catalogue): string {
  return createHash('sha256')
    .update(features.map(({ name }) => name).join('\n'))
    .digest('hex');
}
