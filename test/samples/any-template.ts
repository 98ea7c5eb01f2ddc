import { currentCatalogue } from '../../detection/features/catalogue.ts';
import { type PackedGaussian, packedGaussian, packedLength } from '../../detection/linear-algebra/packed-gaussian.ts';
import type { BackgroundModel, ModalityModel, ModelledModality, Template } from '../../detection/words/template.ts';
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
    background: 'b'.repeat(64),
    models: (['keystrokes', 'pointer'] as const).map((modality) => anyModel(modality, () => random.normal(0, 1))),
    backgrounds: [],
    ...change,
  };
}

/** A cohort's background of keystrokes, its numbers drawn from `seed`. */
export function anyBackground(seed = 1): BackgroundModel {
  const random = createSeededRandom(seed);
  const { version, features } = currentCatalogue('keystrokes');
  return {
    modality: 'keystrokes',
    catalogueVersion: version,
    scaler: {
      centre: Float32Array.from(features, () => random.normal(0, 1)),
      spread: Float32Array.from(features, () => 0.1 + random.next()),
    },
    stranger: anyGaussian(features.length, () => random.normal(0, 1)),
    degreesOfFreedom: 10,
    subjects: 50,
  };
}

/** A distribution whose covariance is near the unit matrix. */
function anyGaussian(size: number, normal: () => number): PackedGaussian {
  const lower = Float32Array.from({ length: packedLength(size) }, () => normal() / size);
  for (let i = 0; i < size; i++) lower[packedLength(i + 1) - 1] = 1;
  return packedGaussian(
    Float32Array.from({ length: size }, () => normal() / 4),
    lower,
  );
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
    distance: anyGaussian(inputs, normal),
    likelihoodRatio: anyGaussian(inputs, normal),
    calibration: {
      scoreQuantiles: Float32Array.from({ length: 101 }, (_, percent) => 0.3 + percent / 200),
      location: 0.55,
      scale: 0.1,
      threshold: 12.5,
      weeksAllowance: 0.2,
      weeksThreshold: 20,
    },
  };
}
