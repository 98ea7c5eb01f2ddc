import type { Catalogue, Feature } from './words/catalogue.ts';
import type { Scaler } from './words/template.ts';
import type { Contribution } from './words/verdict.ts';

/** Contributions that a verdict carries per modality. */
export const contributionLimit = 5;

/** Four significant digits. Arithmetic, because formatting and parsing again took a sixth of a verdict (measured). */
export function toFourDigits(value: number): number {
  if (Math.abs(value) < 1e-9) return 0;
  const places = 10 ** (3 - Math.floor(Math.log10(Math.abs(value))));
  return Math.round(value * places) / places;
}

/** A feature's number as an analyst reads it, in the feature's unit, to four digits. */
export function inAnalystsUnit(feature: Feature, value: number): number {
  const shown =
    feature.scale === 'ln'
      ? Math.exp(value)
      : feature.scale === 'signed-ln'
        ? Math.sign(value) * 50 * (Math.exp(Math.abs(value)) - 1)
        : value;
  return toFourDigits(shown);
}

/** Indices of the largest values, descending; the earlier of equals first. */
function largest(values: Float64Array, count: number): number[] {
  const top: number[] = [];
  for (let i = 0; i < values.length; i++) {
    if (top.length === count && values[i]! <= values[top[count - 1]!]!) continue;
    if (top.length === count) top.pop();
    let at = top.length;
    while (at > 0 && values[top[at - 1]!]! < values[i]!) at--;
    top.splice(at, 0, i);
  }
  return top;
}

/**
 * The features that carry a reconstruction error, largest share first: what was observed, what is typical of the account, and
 * in which direction they differ.
 */
export function attribute(
  catalogue: Catalogue,
  scaler: Scaler,
  vector: Float32Array,
  scaled: Float32Array,
  reconstruction: Float32Array,
): Contribution[] {
  const residuals = new Float64Array(scaled.length);
  let total = 0;
  for (let i = 0; i < scaled.length; i++) {
    residuals[i] = Math.abs(scaled[i]! - reconstruction[i]!);
    total += residuals[i]!;
  }
  const top = largest(residuals, contributionLimit);
  return top.map((i) => {
    const feature = catalogue.features[i]!;
    return {
      feature: feature.name,
      observed: inAnalystsUnit(feature, vector[i]!),
      typical: inAnalystsUnit(feature, scaler.centre[i]!),
      unit: feature.unit,
      direction: vector[i]! >= scaler.centre[i]! ? ('high' as const) : ('low' as const),
      share: total > 0 ? toFourDigits(residuals[i]! / total) : 0,
    };
  });
}
