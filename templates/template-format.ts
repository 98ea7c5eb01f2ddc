import { createHash } from 'node:crypto';
import { z } from 'zod';
import { type Catalogue, catalogueFor } from '../detection/features/catalogue.ts';
import type { ModalityModel, Template } from '../detection/words/template.ts';
import { decodeTensorFile, encodeTensorFile, type Tensor, type tensorFileFaults } from './safetensors.ts';

/**
 * A template's file: a tensor file whose metadata is the template's description (format 1) and whose tensors are, for
 * each modality, `<modality>/centre`, `/spread`, `/encode`, `/encodeBias`, `/decode`, `/decodeBias`, `/scoreQuantiles`
 * (F32) and `/sequential` (F64: location, scale, allowance, threshold). Its SHA-256 is the template's version, so what
 * it says and what it weighs are one matching set, loaded or refused as a whole.
 */
export const templateFormat = 1;

/** A template of two modalities takes about 30 KB; the bounds are checked before anything is parsed or allocated. */
export const templateFileLimits = { maxBytes: 256 * 1024, maxHeaderBytes: 16 * 1024 } as const;

const maxHidden = 256;
const quantileCount = 101;

/** Why bytes are not a template that may judge anyone. */
export type TemplateFault =
  | (typeof tensorFileFaults)[number]
  | 'version-mismatch'
  | 'foreign'
  | 'future-format'
  | 'description-malformed'
  | 'unknown-catalogue'
  | 'shape-mismatch'
  | 'spread-not-positive'
  | 'quantiles-not-ascending'
  | 'calibration-out-of-range';

export type TemplateOutcome = { ok: true; template: Template } | { ok: false; reason: TemplateFault; detail: string };

const sha256Hex = z.string().regex(/^[0-9a-f]{64}$/);
const wholeNumber = z.string().regex(/^(0|[1-9][0-9]{0,15})$/);
const description = z.strictObject({
  format: z.literal(String(templateFormat)),
  tenant: z.string().min(1).max(256),
  subject: z.string().regex(/^([0-9a-f]{32})?$/),
  kind: z.enum(['own', 'cohort']),
  trainedAtMs: wholeNumber,
  sampleCount: wholeNumber,
  seed: wholeNumber,
  parent: z.union([sha256Hex, z.literal('')]),
  models: z.string(),
});
const modelDescriptions = z
  .array(
    z.strictObject({
      modality: z.enum(['keystrokes', 'pointer']),
      catalogueVersion: z.int().min(1),
      windowSamples: z.int().min(1).max(100_000),
      hidden: z.int().min(1).max(maxHidden),
      /** SHA-256 over the feature names in order: a catalogue that changed without a new version is noticed. */
      features: sha256Hex,
    }),
  )
  .max(2);
type ModelDescription = z.infer<typeof modelDescriptions>[number];

/** SHA-256 of a template's file in hexadecimal: its version. */
export function templateVersion(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/**
 * The template's file; `template.version` plays no part, the version is {@link templateVersion} of what comes out.
 * Throws for a model of a catalogue that this build does not know.
 */
export function encodeTemplate(template: Template | Omit<Template, 'version'>): Buffer {
  const tensors = new Map<string, Tensor>();
  for (const model of template.models) {
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
  return encodeTensorFile({
    metadata: {
      format: String(templateFormat),
      tenant: template.tenant,
      subject: template.subject,
      kind: template.kind,
      trainedAtMs: String(template.trainedAtMs),
      sampleCount: String(template.sampleCount),
      seed: String(template.seed),
      parent: template.parent,
      models: JSON.stringify(
        template.models.map(
          (model): ModelDescription => ({
            modality: model.modality,
            catalogueVersion: model.catalogueVersion,
            windowSamples: model.windowSamples,
            hidden: model.autoencoder.hidden,
            features: featuresHash(knownCatalogue(model)),
          }),
        ),
      ),
    },
    tensors: doublesFirst(tensors),
  });
}

/**
 * The template in `bytes`, checked as far as it can be without data: or the named reason why it may judge nobody.
 * With `version` given, any other file is refused unread, however well-formed. Never throws.
 */
export function decodeTemplate(bytes: Buffer, version?: string): TemplateOutcome {
  if (bytes.length > templateFileLimits.maxBytes) return refuse('too-large', `${bytes.length} bytes`);
  const found = templateVersion(bytes);
  if (version !== undefined && found !== version) return refuse('version-mismatch', `the bytes are ${found}`);
  const decoded = decodeTensorFile(bytes, templateFileLimits);
  if (!decoded.ok) return decoded;
  const { metadata, tensors } = decoded.file;
  const format = Number(metadata['format']);
  if (!Number.isInteger(format) || format < 1) return refuse('foreign', 'tensors, but no template of ours');
  if (format > templateFormat) return refuse('future-format', `format ${format}, this version reads ${templateFormat}`);
  const described = description.safeParse(metadata);
  if (!described.success) return refuse('description-malformed', issue(described.error));
  const { kind, tenant, subject, parent } = described.data;
  if ((kind === 'own') !== (subject !== '')) return refuse('description-malformed', 'subject and kind disagree');
  const models = readModels(described.data.models, tensors);
  if (!models.ok) return models;
  const numbers = [described.data.trainedAtMs, described.data.sampleCount, described.data.seed].map(Number);
  if (!numbers.every(Number.isSafeInteger)) return refuse('description-malformed', 'a number beyond 2^53');
  const [trainedAtMs = 0, sampleCount = 0, seed = 0] = numbers;
  const template = {
    version: found,
    tenant,
    subject,
    kind,
    trainedAtMs,
    sampleCount,
    seed,
    parent,
    models: models.models,
  };
  return { ok: true, template };
}

/** Beyond this, and under its inverse, a calibration's numbers mean nothing; evidence computed with them could overflow. */
const calibrationLimit = 1e6;

type ModelsOutcome = { ok: true; models: ModalityModel[] } | Extract<TemplateOutcome, { ok: false }>;

function readModels(json: string, tensors: Map<string, Tensor>): ModelsOutcome {
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch {
    return refuse('description-malformed', 'models is not JSON');
  }
  const described = modelDescriptions.safeParse(parsed);
  if (!described.success) return refuse('description-malformed', issue(described.error));
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

function readModel(
  described: ModelDescription,
  unread: Map<string, Tensor>,
): ModalityModel | Extract<TemplateOutcome, { ok: false }> {
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

function issue(error: z.ZodError): string {
  const [first] = error.issues;
  return first === undefined ? 'malformed' : `${first.path.join('.')}: ${first.message}`;
}

function refuse(reason: TemplateFault, detail: string): { ok: false; reason: TemplateFault; detail: string } {
  return { ok: false, reason, detail };
}
