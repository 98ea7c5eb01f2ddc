import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Template } from '../detection/words/template.ts';
import { backgroundTensors, describeBackgrounds, readBackgrounds } from './background-tensors.ts';
import { describeModels, modelTensors, readModels } from './model-tensors.ts';
import { decodeTensorFile, encodeTensorFile } from './safetensors.ts';
import { refuse, refuseDescription, type TemplateRefusal } from './template-fault.ts';

/**
 * A template's file: a tensor file whose metadata is the template's description (format 2) and whose tensors are, for
 * each modality, `<modality>/centre`, `/spread`, `/encode`, `/encodeBias`, `/decode`, `/decodeBias`, `/distanceMean`,
 * `/distanceLower`, `/scoreQuantiles` (F32), `/sequential` (F64: location, scale, threshold, and the slow clock's allowance and threshold) and, where the model
 * knows a background, `/ratioMean` and `/ratioLower`; a cohort's backgrounds are `background/<modality>/centre`, `/spread`,
 * `/strangerMean` and `/strangerLower`. Lower factors are packed row by row. Its SHA-256 is the template's version, so what
 * it says and what it weighs are one matching set, loaded or refused as a whole.
 */
export const templateFormat = 2;

/** A template of two modalities takes about 90 KB; the bounds are checked before anything is parsed or allocated. */
export const templateFileLimits = { maxBytes: 256 * 1024, maxHeaderBytes: 16 * 1024 } as const;

/** The template in some bytes, or why they may judge nobody. */
export type TemplateOutcome = { ok: true; template: Template } | TemplateRefusal;

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
  background: z.union([sha256Hex, z.literal('')]),
  models: z.string(),
  backgrounds: z.string(),
});

/** SHA-256 of a template's file in hexadecimal: its version. */
export function templateVersion(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/**
 * The template's file; `template.version` plays no part, the version is {@link templateVersion} of what comes out.
 * Throws for a model of a catalogue that this build does not know.
 */
export function encodeTemplate(template: Template | Omit<Template, 'version'>): Buffer {
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
      background: template.background,
      models: describeModels(template.models),
      backgrounds: describeBackgrounds(template.backgrounds),
    },
    tensors: new Map([...modelTensors(template.models), ...backgroundTensors(template.backgrounds)]),
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
  if (format < templateFormat) return refuse('past-format', `format ${format}, this version reads ${templateFormat}`);
  const described = description.safeParse(metadata);
  if (!described.success) return refuseDescription(described.error);
  const { kind, tenant, subject, parent, background } = described.data;
  if ((kind === 'own') !== (subject !== '')) return refuse('description-malformed', 'subject and kind disagree');
  const models = readModels(described.data.models, tensors);
  if (!models.ok) return models;
  const backgrounds = readBackgrounds(described.data.backgrounds, models.unread);
  if (!backgrounds.ok) return backgrounds;
  if (kind === 'own' && backgrounds.backgrounds.length > 0) {
    return refuse('description-malformed', 'a background outside a cohort');
  }
  if (models.models.some(({ likelihoodRatio }) => likelihoodRatio !== null) !== (background !== '')) {
    return refuse('description-malformed', 'background and likelihood ratios disagree');
  }
  const [stray] = backgrounds.unread.keys();
  if (stray !== undefined) return refuse('shape-mismatch', `unexpected tensor ${stray.slice(0, 64)}`);
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
    background,
    models: models.models,
    backgrounds: backgrounds.backgrounds,
  };
  return { ok: true, template };
}
