import { contextFacets } from './context-facets.ts';

/** Most values of a facet that are remembered; the rarest gives way. */
export const rememberedValues = 6;

/** What is remembered of one facet. */
export interface FacetMemory {
  /** Codes of values; 0 for an empty place. */
  codes: readonly number[];
  /** How often each was met, fading. */
  weights: readonly number[];
  /** How often a value was met that was not remembered, fading: who travels is used to it. */
  novelties: number;
  /** Code of the last value met; 0 before the first. */
  last: number;
}

/** Where a subject's behaviour comes from, as far as remembered: 85 numbers. Immutable. */
export interface ContextState {
  /** In the order of `contextFacets`. */
  facets: readonly FacetMemory[];
  /** When something was last learned, the gateway's clock; 0 for never. */
  learnedAtMs: number;
}

const empty: readonly number[] = Array.from({ length: rememberedValues }, () => 0);
const numbersPerFacet = 2 * rememberedValues + 2;

/** Numbers of an encoded state. */
export const contextStateLength = 1 + contextFacets.length * numbersPerFacet;

/** The state of a subject that nothing is known of. */
export function newContextState(): ContextState {
  return {
    facets: contextFacets.map(() => ({ codes: empty, weights: empty, novelties: 0, last: 0 })),
    learnedAtMs: 0,
  };
}

/** The state as {@link contextStateLength} numbers, exact. */
export function contextStateToNumbers({ facets, learnedAtMs }: ContextState): number[] {
  const numbers = [learnedAtMs];
  for (const { codes, weights, novelties, last } of facets) {
    for (const code of codes) numbers.push(code);
    for (const weight of weights) numbers.push(weight);
    numbers.push(novelties, last);
  }
  return numbers;
}

/**
 * The state that {@link contextStateToNumbers} wrote.
 * @throws RangeError for another length, and for a number that is negative or not finite
 */
export function contextStateFromNumbers(numbers: readonly number[]): ContextState {
  if (numbers.length !== contextStateLength || !numbers.every((value) => Number.isFinite(value) && value >= 0)) {
    throw new RangeError(`a context state is ${contextStateLength} finite numbers from 0 on`);
  }
  return {
    learnedAtMs: numbers[0]!,
    facets: contextFacets.map((_, facet) => {
      const from = 1 + facet * numbersPerFacet;
      return {
        codes: numbers.slice(from, from + rememberedValues),
        weights: numbers.slice(from + rememberedValues, from + 2 * rememberedValues),
        novelties: numbers[from + 2 * rememberedValues]!,
        last: numbers[from + 2 * rememberedValues + 1]!,
      };
    }),
  };
}
