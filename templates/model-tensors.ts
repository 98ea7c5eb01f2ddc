import { createHash } from 'node:crypto';
import { z } from 'zod';
import { catalogueFor } from '../detection/features/catalogue.ts';
import type { Catalogue } from '../detection/words/catalogue.ts';
import type { ModalityModel } from '../detection/words/template.ts';
import type { Tensor } from './safetensors.ts';
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
    const { location, scale, allowance, threshold, scoreQuantiles } = model.calibration;
    const { inputs, hidden, encode, encodeBias, decode, decodeBias } = model.autoencoder;
    // Doubles first: every tensor then begins on a multiple of its own width.
    add('sequential', Float64Array.of(location, scale, allowance, threshold));
    add('centre', model.scaler.centre);
    add('spread', model.scaler.spread);
    add('encode', encode, [hidden, inputs]);
    add('encodeBias', encodeBias);
    add('decode', decode, [inputs, hidden]);
    add('decodeBias', decodeBias);
    add('scoreQuantiles', scoreQuantiles);
  }
  return doublesFirst(tensors);
}

/** Beyond this, and under its inverse, a calibration's numbers mean nothing; evidence computed with them could overflow. */
const calibrationLimit = 1e6;

/**
 * The models that `json` describes, out of a file's tensors; refused unless the tensors are just those, of the right shape and
 * range. Never throws.
 */
export function readModels(
  json: string,
  tensors: Map<string, Tensor>,
): { ok: true; models: ModalityModel[] } | TemplateRefusal {
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
  const [stray] = unread.keys();
  return stray === undefined
    ? { ok: true, models }
    : refuse('shape-mismatch', `unexpected tensor ${stray.slice(0, 64)}`);
}

function readModel(described: ModelDescription, unread: Map<string, Tensor>): ModalityModel | TemplateRefusal {
  const { modality, catalogueVersion, windowSamples, hidden } = described;
  const catalogue = catalogueFor(modality, catalogueVersion);
  if (catalogue === undefined || described.features !== featuresHash(catalogue)) {
    return refuse('unknown-catalogue', `${modality} catalogue ${catalogueVersion}`);
  }
  const inputs = catalogue.features.length;
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
  const sequential = take(unread, `${modality}/sequential`, [4], 8);
  const { centre, spread, encode, encodeBias, decode, decodeBias, scoreQuantiles } = floats;
  if (!sequential || !centre || !spread || !encode || !encodeBias || !decode || !decodeBias || !scoreQuantiles) {
    return refuse('shape-mismatch', `${modality}/sequential`);
  }
  if (spread.some((value) => value <= 0)) return refuse('spread-not-positive', modality);
  if (scoreQuantiles.some((value, i) => i > 0 && value < (scoreQuantiles[i - 1] ?? value))) {
    return refuse('quantiles-not-ascending', modality);
  }
  const [location = 0, scale = 0, allowance = 0, threshold = 0] = sequential;
  if (![location, scale, allowance, threshold].every((value) => Math.abs(value) <= calibrationLimit)) {
    return refuse('calibration-out-of-range', modality);
  }
  if (scale < 1 / calibrationLimit || threshold < 1 / calibrationLimit) {
    return refuse('calibration-out-of-range', modality);
  }
  return {
    modality,
    catalogueVersion,
    windowSamples,
    scaler: { centre, spread },
    autoencoder: { inputs, hidden, encode, encodeBias, decode, decodeBias },
    calibration: { scoreQuantiles, location, scale, allowance, threshold },
  };
}

/** Removes the tensor from `unread` and returns it, where width and shape are as they must be. */
function take(
  unread: Map<string, Tensor>,
  name: string,
  shape: readonly number[],
  width: 4 | 8,
): Tensor['values'] | undefined {
  const tensor = unread.get(name);
  if (tensor === undefined || tensor.values.BYTES_PER_ELEMENT !== width) return undefined;
  if (tensor.shape.length !== shape.length || tensor.shape.some((axis, i) => axis !== shape[i])) return undefined;
  unread.delete(name);
  return tensor.values;
}

function doublesFirst(tensors: Map<string, Tensor>): Map<string, Tensor> {
  const width = ([, { values }]: [string, Tensor]) => values.BYTES_PER_ELEMENT;
  return new Map([...tensors].sort((a, b) => width(b) - width(a)));
}

function featuresHash({ features }: Catalogue): string {
  return createHash('sha256')
    .update(features.map(({ name }) => name).join('\n'))
    .digest('hex');
}

function knownCatalogue({ modality, catalogueVersion }: ModalityModel): Catalogue {
  const catalogue = catalogueFor(modality, catalogueVersion);
  if (catalogue === undefined) throw new Error(`no ${modality} catalogue ${catalogueVersion}`);
  return catalogue;
}
