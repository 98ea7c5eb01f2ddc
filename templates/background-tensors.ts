import { z } from 'zod';
import { catalogueFor } from '../detection/features/catalogue.ts';
import type { BackgroundModel } from '../detection/words/template.ts';
import { featuresHash } from './features-hash.ts';
import type { Tensor } from './safetensors.ts';
import { take, takeGaussian } from './take-tensor.ts';
import { refuse, refuseDescription, type TemplateRefusal } from './template-fault.ts';

const backgroundDescriptions = z
  .array(
    z.strictObject({
      modality: z.enum(['keystrokes', 'pointer']),
      catalogueVersion: z.int().min(1),
      degreesOfFreedom: z.number().min(1).max(1_000),
      subjects: z.int().min(1).max(1_000_000),
      features: z.string().regex(/^[0-9a-f]{64}$/),
    }),
  )
  .max(2);
type BackgroundDescription = z.infer<typeof backgroundDescriptions>[number];

/**
 * The description of a cohort's backgrounds that stands beside their tensors, in JSON.
 * @throws Error for a background of a catalogue that this build does not know
 */
export function describeBackgrounds(backgrounds: readonly BackgroundModel[]): string {
  return JSON.stringify(
    backgrounds.map(({ modality, catalogueVersion, degreesOfFreedom, subjects }): BackgroundDescription => {
      const catalogue = catalogueFor(modality, catalogueVersion);
      if (catalogue === undefined) throw new Error(`no ${modality} catalogue ${catalogueVersion}`);
      return { modality, catalogueVersion, degreesOfFreedom, subjects, features: featuresHash(catalogue) };
    }),
  );
}

/** The backgrounds as tensors named `background/<modality>/<part>`. */
export function backgroundTensors(backgrounds: readonly BackgroundModel[]): Map<string, Tensor> {
  const tensors = new Map<string, Tensor>();
  for (const { modality, scaler, stranger } of backgrounds) {
    const parts = {
      centre: scaler.centre,
      spread: scaler.spread,
      strangerMean: stranger.mean,
      strangerLower: stranger.lower,
    };
    for (const [part, values] of Object.entries(parts)) {
      tensors.set(`background/${modality}/${part}`, { shape: [values.length], values });
    }
  }
  return tensors;
}

/** The backgrounds that `json` describes, and the tensors that none of them has. Never throws. */
export function readBackgrounds(
  json: string,
  tensors: Map<string, Tensor>,
): { ok: true; backgrounds: BackgroundModel[]; unread: Map<string, Tensor> } | TemplateRefusal {
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch {
    return refuse('description-malformed', 'backgrounds is not JSON');
  }
  const described = backgroundDescriptions.safeParse(parsed);
  if (!described.success) return refuseDescription(described.error);
  if (new Set(described.data.map(({ modality }) => modality)).size < described.data.length) {
    return refuse('description-malformed', 'two backgrounds of one modality');
  }
  const backgrounds: BackgroundModel[] = [];
  const unread = new Map(tensors);
  for (const each of described.data) {
    const read = readBackground(each, unread);
    if ('ok' in read) return read;
    backgrounds.push(read);
  }
  return { ok: true, backgrounds, unread };
}

function readBackground(
  described: BackgroundDescription,
  unread: Map<string, Tensor>,
): BackgroundModel | TemplateRefusal {
  const { modality, catalogueVersion, degreesOfFreedom, subjects } = described;
  const catalogue = catalogueFor(modality, catalogueVersion);
  if (catalogue === undefined || described.features !== featuresHash(catalogue)) {
    return refuse('unknown-catalogue', `${modality} catalogue ${catalogueVersion}`);
  }
  const size = catalogue.features.length;
  const name = `background/${modality}`;
  const centre = take(unread, `${name}/centre`, [size], 4);
  const spread = take(unread, `${name}/spread`, [size], 4);
  if (!(centre instanceof Float32Array && spread instanceof Float32Array)) return refuse('shape-mismatch', name);
  if (spread.some((value) => value <= 0)) return refuse('spread-not-positive', name);
  const stranger = takeGaussian(unread, `${name}/stranger`, size);
  if ('ok' in stranger) return stranger;
  return { modality, catalogueVersion, scaler: { centre, spread }, stranger, degreesOfFreedom, subjects };
}
