import { attribute } from './attribution.ts';
import { reconstruct } from './autoencoder.ts';
import { percentileOf } from './calibration.ts';
import { scale } from './scaling.ts';
import type { Catalogue } from './words/catalogue.ts';
import type { ModalityModel, Template } from './words/template.ts';
import type { ModalityJudgement } from './words/verdict.ts';

/** The template's model for vectors of this catalogue; `undefined` where it has none. */
export function modelFor(template: Template | undefined, catalogue: Catalogue): ModalityModel | undefined {
  return template?.models.find(
    (model) => model.modality === catalogue.modality && model.catalogueVersion === catalogue.version,
  );
}

/** What a model, if there is one, says of a window's vector. The score is the reconstruction error: higher is stranger. */
export function judgeVector(
  catalogue: Catalogue,
  vector: Float32Array,
  windowSamples: number,
  model: ModalityModel | undefined,
): ModalityJudgement {
  const judgement: ModalityJudgement = {
    modality: catalogue.modality,
    catalogueVersion: catalogue.version,
    windowSamples,
    score: null,
    percentile: null,
    vector: Array.from(vector),
    contributions: [],
  };
  if (model === undefined) return judgement;
  const scaled = new Float32Array(vector.length);
  const reconstruction = new Float32Array(vector.length);
  scale(model.scaler, vector, scaled);
  const score = reconstruct(model.autoencoder, scaled, reconstruction);
  judgement.score = score;
  judgement.percentile = percentileOf(model.calibration, score);
  judgement.contributions = attribute(catalogue, model.scaler, vector, scaled, reconstruction);
  return judgement;
}
