import { toFourDigits } from '../attribution.ts';
import type { BehaviourContext, Pseudonym } from '../words/behaviour.ts';
import type { Contribution } from '../words/verdict.ts';
import { contextFacets, facetCodes, felt } from './context-facets.ts';
import type { ContextState, FacetMemory } from './context-state.ts';

/** Version of the facets and of the words that explain them: the `catalogueVersion` of a `context` judgement. */
export const contextVersion = 1;

/** What was met counts half after so long: two months, longer than a holiday. */
const halfLifeMs = 60 * 86_400_000;
/** Meetings' worth of trust in a first value being new, and in half of them being so. */
const noveltyPrior = 0.5;
/** Nats from which a facet is named: less likely than one meeting in twelve. */
const namedFrom = 2.5;
/** A value that was met so often is no longer a change; before the subject was met so often, nothing is. */
const familiarMeetings = 3;

/** Where the behaviour is judged to come from. */
export interface ContextJudgement {
  /** -ln of the probability of the rarest thing about it, nats; 0 where nothing is known. Higher is stranger. A reason to ask, not proof. */
  surprise: number;
  /**
   * True where input route, device or host are new to somebody who is known: other hands, or the same ones at another
   * keyboard. Behaviour may differ for that reason alone, so it speaks for asking (step-up), not for `impostor`.
   */
  changedContext: boolean;
  /** What is unusual, rarest first: how often it was met (fading) of how many meetings; empty where nothing is. */
  contributions: Contribution[];
  state: ContextState;
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

function weightOf({ codes, weights }: FacetMemory, code: number): number {
  const at = codes.indexOf(code);
  return at < 0 ? 0 : weights[at]!;
}

/**
 * -ln of the probability of a value: of one that was met by how often it was, of a new one by how often new ones came
 * (Good 1953; the two add up to 1). Everything is possible before anything was met.
 */
function facetSurprise(memory: FacetMemory, code: number): number {
  const met = sumOf(memory.weights);
  if (met === 0) return 0;
  const novel = (memory.novelties + noveltyPrior) / (met + 2 * noveltyPrior);
  const weight = weightOf(memory, code);
  return -Math.log(weight > 0 ? (1 - Math.min(novel, 0.9)) * (weight / met) : Math.min(novel, 0.9));
}

function meet(memory: FacetMemory, code: number, kept: number, counts: boolean): FacetMemory {
  const codes = [...memory.codes];
  const weights = memory.weights.map((weight) => weight * kept);
  let novelties = memory.novelties * kept;
  let at = codes.indexOf(code);
  // Going to and fro within a session makes nothing more familiar.
  if (!counts && at >= 0) return { codes, weights, novelties, last: code };
  if (at < 0) {
    // The first value of all is no novelty: there has to be one.
    if (sumOf(weights) > 0) novelties += 1;
    at = codes.indexOf(0);
    if (at < 0) at = weights.indexOf(Math.min(...weights));
    codes[at] = code;
    weights[at] = 0;
  }
  weights[at]! += 1;
  return { codes, weights, novelties, last: code };
}

/** How a batch stands to the session and to what may be learned. */
export interface ContextOccasion {
  /** The gateway's clock, ms: only for fading. Going back fades nothing. */
  atMs: number;
  /** True for the first batch of a session: a session is one meeting, and so is a value that first comes up within it. */
  sessionBegins: boolean;
  /** False where something speaks against the owner: who took over must not make themselves at home. */
  learns: boolean;
}

/**
 * How unusual it is that the subject's behaviour comes from here: input route, device, host, network, domain and the
 * combination of all, each against a fading memory of a few values. One batch at a time; most change nothing.
 * A function of its arguments; what happens to the judgement is up to who asks.
 */
export function stepContext(
  before: ContextState,
  context: BehaviourContext,
  device: Pseudonym,
  { atMs, sessionBegins, learns }: ContextOccasion,
): ContextJudgement {
  const codes = facetCodes(context, device);
  const surprises = before.facets.map((memory, facet) => facetSurprise(memory, codes[facet]!));
  const changedContext = contextFacets.some((facet, index) => {
    const memory = before.facets[index]!;
    if (!felt.includes(facet) || sumOf(memory.weights) < familiarMeetings) return false;
    return weightOf(memory, codes[index]!) < familiarMeetings / 2 && surprises[index]! >= namedFrom;
  });
  const named = surprises
    .map((nats, facet) => ({ nats, facet }))
    .filter(({ nats }) => nats >= namedFrom)
    .sort((a, b) => b.nats - a.nats);
  // The combination is news only where each of its parts is known.
  const told = named.length > 1 ? named.filter(({ facet }) => contextFacets[facet] !== 'combination') : named;
  const total = sumOf(told.map(({ nats }) => nats));
  const contributions = told.map(({ nats, facet }): Contribution => {
    const memory = before.facets[facet]!;
    return {
      feature: contextFacets[facet] === 'input route' ? `input route ${context.inputRoute}` : contextFacets[facet]!,
      observed: toFourDigits(weightOf(memory, codes[facet]!)),
      typical: toFourDigits(sumOf(memory.weights)),
      unit: 'sessions',
      direction: 'low',
      share: toFourDigits(nats / total),
    };
  });
  const changed = before.facets.some((memory, facet) => memory.last !== codes[facet]);
  const judged = { surprise: Math.max(...surprises), changedContext, contributions };
  if (!learns || !(sessionBegins || changed)) return { ...judged, state: before };
  const now = Number.isFinite(atMs) ? Math.max(atMs, before.learnedAtMs) : before.learnedAtMs;
  const kept = before.learnedAtMs === 0 ? 1 : 0.5 ** ((now - before.learnedAtMs) / halfLifeMs);
  const facets = before.facets.map((memory, facet) => meet(memory, codes[facet]!, kept, sessionBegins));
  return { ...judged, state: { facets, learnedAtMs: now } };
}
