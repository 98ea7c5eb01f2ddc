import type { Catalogue, Feature } from './words/catalogue.ts';
import type { Scaler } from './words/template.ts';
import type { Contribution } from './words/verdict.ts';

/** Contributions that a verdict carries per modality. */
export const contributionLimit = 5;

/** Arithmetic, because formatting and parsing again took a sixth of a verdict (measured). */
function toFourDigits(value: number): number {
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
  const residuals = scaled.map((value, i) => Math.abs(value - reconstruction[i]!));
  let total = 0;
  for (const residual of residuals) total += residual;
  const top = Array.from(residuals.keys())
    .sort((a, b) => residuals[b]! - residuals[a]! || a - b)
    .slice(0, contributionLimit);
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
