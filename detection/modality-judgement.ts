import { attribute } from './attribution.ts';
import type { EvidenceRule } from './sequential/evidence-rule.ts';
import { percentileOfScore } from './sequential/score-quantiles.ts';
import { scoreWindow } from './window-score.ts';
import type { Catalogue } from './words/catalogue.ts';
import type { BackgroundModel, ModalityModel, Template } from './words/template.ts';
import type { ModalityJudgement } from './words/verdict.ts';

/** The template's model for vectors of this catalogue; `undefined` where it has none. */
export function modelFor(template: Template | undefined, catalogue: Catalogue): ModalityModel | undefined {
  return template?.models.find(
    (model) => model.modality === catalogue.modality && model.catalogueVersion === catalogue.version,
  );
}

/** How the model's scores become evidence: with a background they spread less and tell more. */
export function evidenceRuleOf(
  { likelihoodRatio }: Pick<ModalityModel, 'likelihoodRatio'>,
  catalogue: Catalogue,
): EvidenceRule {
  return likelihoodRatio === null ? catalogue.evidenceRules.oneClass : catalogue.evidenceRules.cohort;
}

/** The cohort's background for vectors of this catalogue; `undefined` where it has none. */
export function backgroundFor(cohort: Template | undefined, catalogue: Catalogue): BackgroundModel | undefined {
  return cohort?.backgrounds.find(
    (background) => background.modality === catalogue.modality && background.catalogueVersion === catalogue.version,
  );
}

/** As a plain array. `Array.from` goes through an iterator and takes fifteen times as long (measured). */
function numbersOf(vector: Float32Array): number[] {
  const numbers = new Array<number>(vector.length);
  for (let i = 0; i < vector.length; i++) numbers[i] = vector[i]!;
  return numbers;
}

/** What a model, if there is one, says of a window's vector: its fused score, higher is stranger, and what carries it. */
export function judgeVector(
  catalogue: Catalogue,
  vector: Float32Array,
  windowSamples: number,
  model: ModalityModel | undefined,
  background: BackgroundModel | undefined,
): ModalityJudgement {
  const judgement: ModalityJudgement = {
    modality: catalogue.modality,
    catalogueVersion: catalogue.version,
    windowSamples,
    score: null,
    percentile: null,
    vector: numbersOf(vector),
    contributions: [],
  };
  if (model === undefined) return judgement;
  const { score, scaled, reconstruction } = scoreWindow(catalogue, model, background, vector);
  judgement.score = score;
  judgement.percentile = percentileOfScore(model.calibration.scoreQuantiles, score);
  judgement.contributions = attribute(catalogue, model.scaler, vector, scaled, reconstruction);
  return judgement;
}
