import type { z } from 'zod';
import type { TensorFileFault } from './safetensors.ts';

/** Why bytes are not a template that may judge anyone. */
export type TemplateFault =
  | TensorFileFault
  | 'version-mismatch'
  | 'foreign'
  | 'past-format'
  | 'future-format'
  | 'description-malformed'
  | 'unknown-catalogue'
  | 'shape-mismatch'
  | 'spread-not-positive'
  | 'factor-not-positive'
  | 'quantiles-not-ascending'
  | 'calibration-out-of-range';

/** Bytes that may judge nobody, and why. */
export interface TemplateRefusal {
  ok: false;
  reason: TemplateFault;
  detail: string;
}

/** The refusal of some bytes; `detail` is for the operator and tells nothing of a person. */
export function refuse(reason: TemplateFault, detail: string): TemplateRefusal {
  return { ok: false, reason, detail };
}

/** The refusal of a description that does not have its form, by the first thing that is wrong with it. */
export function refuseDescription({ issues: [first] }: z.ZodError): TemplateRefusal {
  return refuse(
    'description-malformed',
    first === undefined ? 'malformed' : `${first.path.join('.')}: ${first.message}`,
  );
}
