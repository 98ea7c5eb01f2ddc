import { currentCatalogue } from '../../detection/features/catalogue.ts';
import type { ModalityModel, ModelledModality, Template } from '../../detection/words/template.ts';
import { createSeededRandom } from '../../platform/seeded-random.ts';

/** A well-formed template of both modalities, its numbers drawn from `seed`; `change` overrides fields. */
export function anyTemplate(change: Partial<Template> = {}, seed = 1): Template {
  const random = createSeededRandom(seed);
  return {
    version: '',
    tenant: 'acme',
    subject: '0123456789abcdef0123456789abcdef',
    kind: 'own',
    trainedAtMs: 1_790_000_000_000,
    sampleCount: 120,
    seed,
    parent: '',
    models: (['keystrokes', 'pointer'] as const).map((modality) => anyModel(modality, () => random.normal(0, 1))),
    ...change,
  };
}

function anyModel(modality: ModelledModality, normal: () => number): ModalityModel {
  const { version, windowSamples, hidden, features } = currentCatalogue(modality);
  const inputs = features.length;
  const normals = (length: number) => Float32Array.from({ length }, () => normal() / Math.sqrt(inputs));
  return {
    modality,
    catalogueVersion: version,
    windowSamples,
    scaler: { centre: normals(inputs), spread: Float32Array.from({ length: inputs }, () => 0.1 + Math.abs(normal())) },
    autoencoder: {
      inputs,
      hidden,
      encode: normals(hidden * inputs),
      encodeBias: normals(hidden),
      decode: normals(inputs * hidden),
      decodeBias: normals(inputs),
    },
    calibration: {
      scoreQuantiles: Float32Array.from({ length: 101 }, (_, percent) => 0.3 + percent / 200),
      location: 0.55,
      scale: 0.1,
      allowance: 0.8,
      threshold: 12.5,
    },
  };
}
