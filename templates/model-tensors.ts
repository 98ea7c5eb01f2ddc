import { z } from 'zod';
import { catalogueFor } from '../detection/features/catalogue.ts';
import type { Catalogue } from '../detection/words/catalogue.ts';
import type { ModalityModel } from '../detection/words/template.ts';
import { featuresHash } from './features-hash.ts';
import type { Tensor } from './safetensors.ts';
import { take, takeGaussian } from './take-tensor.ts';
import { refuse, refuseDescription, type TemplateRefusal } from './template-fault.ts';

const maxHidden = 256;
const quantileCount = 101;

const modelDescriptions = z
  .array(
    z.strictObject({
      modality: z.enum(['keystrokes', 'pointer']),
      catalogueVersion: z.int().min(1),
      windowSamples: z.int().min(1).max(100_000),
      hidden: z.int().min(1).max(maxHidden),
      /** Whether it has the tensors of a likelihood ratio. */
      ratio: z.boolean(),
      /** SHA-256 over the feature names in order: a catalogue that changed without a new version is noticed. */
      features: z.string().regex(/^[0-9a-f]{64}$/),
    }),
  )
  .max(2);
type ModelDescription = z.infer<typeof modelDescriptions>[number];

/**
 * The description of the models that stands beside their tensors, in JSON.
 * @throws Error for a model of a catalogue that this build does not know
 */
export function describeModels(models: readonly ModalityModel[]): string {
  return JSON.stringify(
    models.map(
      (model): ModelDescription => ({
        modality: model.modality,
        catalogueVersion: model.catalogueVersion,
        windowSamples: model.windowSamples,
        hidden: model.autoencoder.hidden,
        ratio: model.likelihoodRatio !== null,
        features: featuresHash(knownCatalogue(model)),
      }),
    ),
  );
}

/** The models as tensors named `<modality>/<part>`, doubles before floats. */
export function modelTensors(models: readonly ModalityModel[]): Map<string, Tensor> {
  const tensors = new Map<string, Tensor>();
  for (const model of models) {
    const add = (name: string, values: Tensor['values'], shape: readonly number[] = [values.length]) =>
      tensors.set(`${model.modality}/${name}`, { shape, values });
    const { location, scale, threshold, weeksAllowance, weeksThreshold, scoreQuantiles } = model.calibration;
    const { inputs, hidden, encode, encodeBias, decode, decodeBias } = model.autoencoder;
    // Doubles first: every tensor then begins on a multiple of its own width.
    add('sequential', Float64Array.of(location, scale, threshold, weeksAllowance, weeksThreshold));
    add('centre', model.scaler.centre);
    add('spread', model.scaler.spread);
    add('encode', encode, [hidden, inputs]);
    add('encodeBias', encodeBias);
    add('decode', decode, [inputs, hidden]);
    add('decodeBias', decodeBias);
    add('distanceMean', model.distance.mean);
    add('distanceLower', model.distance.lower);
    if (model.likelihoodRatio !== null) {
      add('ratioMean', model.likelihoodRatio.mean);
      add('ratioLower', model.likelihoodRatio.lower);
    }
    add('scoreQuantiles', scoreQuantiles);
  }
  return doublesFirst(tensors);
}

/** Beyond this, and under its inverse, a calibration's numbers mean nothing; evidence computed with them could overflow. */
const calibrationLimit = 1e6;

/**
 * The models that `json` describes, out of a file's tensors, and the tensors that none of them has; refused unless theirs are of
 * the right shape and range. Never throws.
 */
export function readModels(
  json: string,
  tensors: Map<string, Tensor>,
): { ok: true; models: ModalityModel[]; unread: Map<string, Tensor> } | TemplateRefusal {
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch {
    return refuse('description-malformed', 'models is not JSON');
  }
  const described = modelDescriptions.safeParse(parsed);
  if (!described.success) return refuseDescription(described.error);
  if (described.data.length === 0) return refuse('description-malformed', 'no models');
  if (new Set(described.data.map(({ modality }) => modality)).size < described.data.length) {
    return refuse('description-malformed', 'two models of one modality');
  }
  const models: ModalityModel[] = [];
  const unread = new Map(tensors);
  for (const each of described.data) {
    const read = readModel(each, unread);
    if (!('modality' in read)) return read;
    models.push(read);
  }
  return { ok: true, models, unread };
}

function readModel(described: ModelDescription, unread: Map<string, Tensor>): ModalityModel | TemplateRefusal {
  const { modality, catalogueVersion, windowSamples, hidden } = described;
  const catalogue = catalogueFor(modality, catalogueVersion);
  if (catalogue === undefined || described.features !== featuresHash(catalogue)) {
    return refuse('unknown-catalogue', `${modality} catalogue ${catalogueVersion}`);
  }
  const inputs = catalogue.features.length;
  const distance = takeGaussian(unread, `${modality}/distance`, inputs);
  const likelihoodRatio = described.ratio ? takeGaussian(unread, `${modality}/ratio`, inputs) : null;
  if ('ok' in distance) return distance;
  if (likelihoodRatio !== null && 'ok' in likelihoodRatio) return likelihoodRatio;
  const shapes = {
    centre: [inputs],
    spread: [inputs],
    encode: [hidden, inputs],
    encodeBias: [hidden],
    decode: [inputs, hidden],
    decodeBias: [inputs],
    scoreQuantiles: [quantileCount],
  };
  const floats: Record<string, Float32Array> = {};
  for (const [name, shape] of Object.entries(shapes)) {
    const values = take(unread, `${modality}/${name}`, shape, 4);
    if (!(values instanceof Float32Array)) return refuse('shape-mismatch', `${modality}/${name}`);
    floats[name] = values;
  }
  const sequential = take(unread, `${modality}/sequential`, [5], 8);
  const { centre, spread, encode, encodeBias, decode, decodeBias, scoreQuantiles } = floats;
  if (!sequential || !centre || !spread || !encode || !encodeBias || !decode || !decodeBias || !scoreQuantiles) {
    return refuse('shape-mismatch', `${modality}/sequential`);
  }
  if (spread.some((value) => value <= 0)) return refuse('spread-not-positive', modality);
  if (scoreQuantiles.some((value, i) => i > 0 && value < (scoreQuantiles[i - 1] ?? value))) {
    return refuse('quantiles-not-ascending', modality);
  }
  const [location = 0, scale = 0, threshold = 0, weeksAllowance = 0, weeksThreshold = 0] = sequential;
  if (!sequential.every((value) => Math.abs(value) <= calibrationLimit)) {
    return refuse('calibration-out-of-range', modality);
  }
  if ([scale, threshold, weeksThreshold].some((value) => value < 1 / calibrationLimit)) {
    return refuse('calibration-out-of-range', modality);
  }
  return {
    modality,
    catalogueVersion,
    windowSamples,
    scaler: { centre, spread },
    autoencoder: { inputs, hidden, encode, encodeBias, decode, decodeBias },
    distance,
    likelihoodRatio,
    calibration: { scoreQuantiles, location, scale, threshold, weeksAllowance, weeksThreshold },
  };
}

function doublesFirst(tensors: Map<string, Tensor>): Map<string, Tensor> {
  const width = ([, { values }]: [string, Tensor]) => values.BYTES_PER_ELEMENT;
  return new Map([...tensors].sort((a, b) => width(b) - width(a)));
}

function knownCatalogue({ modality, catalogueVersion }: ModalityModel): Catalogue {
  const catalogue = catalogueFor(modality, catalogueVersion);
  if (catalogue === undefined) throw new Error(`no ${modality} catalogue ${catalogueVersion}`);
  return catalogue;
}
