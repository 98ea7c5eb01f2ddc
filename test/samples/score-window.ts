import { reconstructionError } from '../../detection/autoencoder.ts';
import { scale } from '../../detection/scaling.ts';
import type { Autoencoder, Scaler } from '../../detection/words/template.ts';

/** The score of one unscaled window. */
export function scoreWindow(scaler: Scaler, autoencoder: Autoencoder, vector: Float32Array): number {
  const scaled = new Float32Array(vector.length);
  scale(scaler, vector, scaled);
  return reconstructionError(autoencoder, scaled);
}
