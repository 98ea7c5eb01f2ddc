import type { BehaviourContext, Pseudonym } from '../words/behaviour.ts';

/**
 * What is looked at, in words: where from, on what, through what. `combination` is all of them at once: a known host on a
 * known network is still new where the two were never seen together.
 */
export const contextFacets = ['input route', 'device', 'host', 'network', 'domain', 'combination'] as const;
/** One thing about where behaviour comes from. */
export type ContextFacet = (typeof contextFacets)[number];

/** What a hand can feel: another keyboard, chair, screen or a delay on the line. A network changes no keystroke. */
export const felt: readonly ContextFacet[] = ['input route', 'device', 'host'];

function mixed(hash: number): number {
  let bits = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}

/** A code of a value that is never 0: 0 is an empty place. A value that is not told is a value too. */
function codeOf(value: string | null): number {
  if (value === null) return 1;
  let hash = 0x811c9dc5;
  for (let i = 0; i < value.length; i++) hash = Math.imul(hash ^ value.charCodeAt(i), 0x01000193);
  return mixed(hash) + 2;
}

/** Codes below 2^33 in the order of {@link contextFacets}; pseudonyms themselves are not kept. */
export function facetCodes(context: BehaviourContext, device: Pseudonym): number[] {
  const { inputRoute, host, network, domain } = context;
  const codes = [inputRoute, device, host, network, domain].map(codeOf);
  let combination = 0;
  for (const code of codes) combination = mixed(Math.imul(combination ^ code, 0x01000193) + 1);
  return [...codes, combination + 2];
}
